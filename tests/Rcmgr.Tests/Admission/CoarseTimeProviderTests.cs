using Microsoft.Extensions.Time.Testing;

namespace Rcmgr.Tests.Admission;

/// <summary>When a clock that is a few milliseconds behind is good enough for buckets (specification §5.4).</summary>
public sealed class CoarseTimeProviderTests
{
    [Theory]
    [InlineData(0.2, 16, true)]
    [InlineData(100, 100, true)]
    [InlineData(100, 99, false)]
    [InlineData(1_000_000, 1, false)]
    [InlineData(0, 0, true)]
    public void It_is_read_where_no_bucket_fills_in_less_than_a_second(double perSecond, long burst, bool isCoarse)
    {
        ConnectionRate[] rates = [new(0.1, 10), new(perSecond, burst)];

        Assert.Equal(isCoarse, CoarseTimeProvider.For(rates, TimeProvider.System) is CoarseTimeProvider);
    }

    [Fact]
    public void Other_clocks_than_the_systems_are_read_as_they_are()
    {
        FakeTimeProvider time = new();

        Assert.Same(time, CoarseTimeProvider.For([new ConnectionRate(0.2, 16)], time));
    }

    [Fact]
    public void Its_timestamps_pass_as_fast_as_the_exact_ones_and_are_never_ahead()
    {
        long exact = TimeProvider.System.GetTimestamp();
        long coarse = CoarseTimeProvider.Instance.GetTimestamp();
        while (CoarseTimeProvider.Instance.GetElapsedTime(coarse) < TimeSpan.FromMilliseconds(50))
            Thread.Yield();

        // One tick of the coarse clock may lie between its reading and the exact one.
        Assert.True(TimeProvider.System.GetElapsedTime(exact) > TimeSpan.FromMilliseconds(50 - 17));
    }
}
