using Rcmgr.Tool.Bench;

namespace Rcmgr.Tool.Tests.Bench;

public sealed class PairedSamplesTests
{
    [Fact]
    public async Task Every_block_is_with_without_without_with()
    {
        string order = "";
        await PairedSamples.TakeAsync(2, () => Sample('A'), () => Sample('B'));
        Assert.Equal("ABBAABBA", order);

        Task<BenchSample> Sample(char variant)
        {
            order += variant;
            return Task.FromResult(Of(1, 1));
        }
    }

    [Fact]
    public async Task An_even_drift_leaves_the_ratio_alone()
    {
        double time = 1;
        PairedSamples samples = await PairedSamples.TakeAsync(3, Sample, Sample);

        Assert.All(samples.Ratios(sample => sample.Cost), ratio => Assert.Equal(1, ratio, 9));
        Assert.Equal(6, samples.With.Count);
        Assert.Equal(6, samples.Without.Count);

        Task<BenchSample> Sample() => Task.FromResult(Of(1, time += 0.1));
    }

    [Fact]
    public async Task Blocks_are_added_as_long_as_more_are_wanted()
    {
        List<int> seen = [];
        PairedSamples samples = await PairedSamples.TakeAsync(3, Sample, Sample, all =>
        {
            seen.Add(all.With.Count);
            return all.With.Count < 10;
        });

        Assert.Equal([6, 8, 10], seen);
        Assert.Equal(10, samples.With.Count);
        Assert.Equal(10, samples.Without.Count);

        static Task<BenchSample> Sample() => Task.FromResult(Of(1, 1));
    }

    [Fact]
    public void A_row_is_settled_by_the_width_of_its_interval_wherever_it_lies()
    {
        Assert.True(Row(Enumerable.Repeat(1.02, 9)).IsSettled);
        Assert.False(Row(Enumerable.Range(0, 9).Select(i => 1 + (i * 0.005))).IsSettled);
        Assert.False(Row(Enumerable.Repeat(1.0, 5)).IsSettled, "five blocks have no interval");
    }

    [Theory]
    [InlineData(1.01, "less")]
    [InlineData(1.03, "more")]
    public void The_verdict_says_what_all_of_the_interval_says(double cost, string verdict)
    {
        Assert.Equal(verdict, Row(Enumerable.Repeat(cost, 9)).Verdict);
        Assert.Equal("open", Row([.. Enumerable.Repeat(1.0, 4), cost, .. Enumerable.Repeat(1.05, 4)]).Verdict);
    }

    [Fact]
    public void Ratios_are_of_the_manager_to_none()
    {
        BenchRow row = Row(Enumerable.Repeat(1.25, 9));

        Assert.Equal(1.25, row.CostRatio.Median, 9);
        Assert.Equal(0.8, row.RateRatio.Median, 9);
    }

    private static BenchRow Row(IEnumerable<double> costs) => new(
        BenchStack.OverTcp("noise"), "a row", "1/s", new PairedSamples(
            [.. costs.SelectMany(cost => new[] { Of(1, cost), Of(1, cost) })], [.. costs.SelectMany(_ => new[] { Of(1, 1), Of(1, 1) })]));

    private static BenchSample Of(double amount, double seconds) => new(amount, TimeSpan.FromSeconds(seconds), TimeSpan.FromSeconds(seconds));
}
