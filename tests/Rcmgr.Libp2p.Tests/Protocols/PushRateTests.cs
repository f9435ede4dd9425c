using Microsoft.Extensions.Time.Testing;
using Rcmgr.Libp2p.Protocols;

namespace Rcmgr.Libp2p.Tests.Protocols;

public sealed class PushRateTests
{
    private static readonly TimeSpan Refill = TimeSpan.FromSeconds(5);

    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void A_burst_is_allowed_and_then_one_an_interval()
    {
        PushRate bucket = new(3, Refill, _time);
        Assert.Equal(3, Take(bucket));

        _time.Advance(Refill - TimeSpan.FromTicks(1));
        Assert.Equal(0, Take(bucket));
        _time.Advance(TimeSpan.FromTicks(1));
        Assert.Equal(1, Take(bucket));
        _time.Advance(2.5 * Refill);
        Assert.Equal(2, Take(bucket));
        _time.Advance(0.5 * Refill);
        Assert.Equal(1, Take(bucket));
    }

    [Fact]
    public void However_long_nothing_happens_it_holds_no_more_than_its_capacity()
    {
        PushRate bucket = new(3, Refill, _time);
        _time.Advance(TimeSpan.FromDays(10_000));
        Assert.Equal(3, Take(bucket));
    }

    private static int Take(PushRate bucket)
    {
        int taken = 0;
        while (bucket.TryTake())
            taken++;
        return taken;
    }
}
