using Microsoft.Extensions.Time.Testing;
using Rcmgr.Libp2p.Connections;
using Rcmgr.Libp2p.Multiaddr;

namespace Rcmgr.Libp2p.Tests.Connections;

public sealed class DialBackoffTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void An_address_waits_twice_as_long_after_each_failure_up_to_five_minutes()
    {
        DialBackoff backoff = new(_time);
        foreach (int seconds in (int[])[5, 10, 20, 40, 80, 160, 300, 300])
        {
            Assert.True(backoff.MayDial(Address(1), out _));
            backoff.Failed(Address(1));
            Assert.False(backoff.MayDial(Address(1), out TimeSpan wait));
            Assert.Equal(TimeSpan.FromSeconds(seconds), wait);
            _time.Advance(wait - TimeSpan.FromTicks(1));
            Assert.False(backoff.MayDial(Address(1), out _));
            _time.Advance(TimeSpan.FromTicks(1));
        }
    }

    [Fact]
    public void Other_addresses_are_free()
    {
        DialBackoff backoff = new(_time);
        backoff.Failed(Address(1));
        Assert.True(backoff.MayDial(Address(2), out TimeSpan wait));
        Assert.Equal(TimeSpan.Zero, wait);
    }

    [Fact]
    public void A_success_forgives_everything()
    {
        DialBackoff backoff = new(_time);
        backoff.Failed(Address(1));
        backoff.Failed(Address(1));
        backoff.Succeeded(Address(1));
        Assert.Equal(0, backoff.Count);
        backoff.Failed(Address(1));
        backoff.MayDial(Address(1), out TimeSpan wait);
        Assert.Equal(DialBackoff.First, wait);
    }

    [Fact]
    public void A_long_time_forgives_too()
    {
        DialBackoff backoff = new(_time);
        backoff.Failed(Address(1));
        _time.Advance(DialBackoff.First + DialBackoff.Longest + TimeSpan.FromTicks(1));
        backoff.Failed(Address(1));
        backoff.MayDial(Address(1), out TimeSpan wait);
        Assert.Equal(DialBackoff.First, wait);
    }

    [Fact]
    public void A_full_table_forgets_the_oldest_failure()
    {
        DialBackoff backoff = new(_time, capacity: 3);
        backoff.Failed(Address(1));
        backoff.Failed(Address(2));
        backoff.Failed(Address(3));
        backoff.Failed(Address(1));
        backoff.Failed(Address(4));
        Assert.Equal(3, backoff.Count);
        Assert.True(backoff.MayDial(Address(2), out _));
        Assert.False(backoff.MayDial(Address(1), out _));
        Assert.False(backoff.MayDial(Address(3), out _));
        Assert.False(backoff.MayDial(Address(4), out _));
    }

    private static Multiaddress Address(int port) => Multiaddress.Parse($"/ip4/127.0.0.1/tcp/{port}");
}
