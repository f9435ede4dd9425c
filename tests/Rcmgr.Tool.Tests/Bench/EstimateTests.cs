using Rcmgr.Tool.Bench;

namespace Rcmgr.Tool.Tests.Bench;

public sealed class EstimateTests
{
    [Theory]
    [InlineData(1, 1, 1, 1, 0)]
    [InlineData(2, 1.5, 1, 2, 0.5)]
    [InlineData(5, 3, 1, 5, 0.9375)]
    [InlineData(6, 3.5, 1, 6, 0.96875)]
    [InlineData(9, 5, 2, 8, 0.9609375)]
    [InlineData(15, 8, 4, 12, 0.96484375)]
    [InlineData(20, 10.5, 6, 15, 0.958610)]
    public void The_interval_is_the_narrowest_of_symmetric_ranks_that_covers_95_percent(int count, double median, double low, double high, double coverage)
    {
        // 1 to count, in an order that is none.
        Estimate estimate = Estimate.Of(Enumerable.Range(0, count).Select(i => (double)(i * 7919 % count) + 1).Distinct());

        Assert.Equal((median, low, high), (estimate.Median, estimate.Low, estimate.High));
        Assert.Equal(coverage, estimate.Coverage, 5);
    }

    [Fact]
    public void One_wild_sample_moves_neither_the_median_nor_the_interval()
    {
        double[] samples = [.. Enumerable.Range(1, 15)];
        Estimate calm = Estimate.Of(samples);
        samples[14] = 1_000_000;

        Assert.Equal(calm, Estimate.Of(samples));
        Assert.Equal(4, calm.Spread);
    }
}
