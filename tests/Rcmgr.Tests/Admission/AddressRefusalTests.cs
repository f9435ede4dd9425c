using System.Net;
using Microsoft.Extensions.Time.Testing;
using static Rcmgr.Tests.Admission.AdmissionManagers;

namespace Rcmgr.Tests.Admission;

/// <summary>What a refusal by address says, how it is counted, and that it costs no allocation.</summary>
public sealed class AddressRefusalTests
{
    private static readonly ConnectionLimits Limits = ConnectionLimits.Default with
    {
        Networks = [new(IPNetwork.Parse("198.51.100.0/24"), 1)],
        NetworkRates = [new(IPNetwork.Parse("203.0.113.0/24"), new(2, 3)), new(IPNetwork.Parse("203.0.113.128/25"), new(1, 0))],
    };

    public static TheoryData<string, int, string> Messages => new()
    {
        { "192.0.2.1", 8, "address:192.0.2.1/32: refused 1 inbound connection: 8 in use, 8 allowed; to allow more, raise ConnectionLimits.SubnetsIPv4[/32].Connections" },
        { "::ffff:192.0.2.1", 8, "address:192.0.2.1/32: refused 1 inbound connection: 8 in use, 8 allowed; to allow more, raise ConnectionLimits.SubnetsIPv4[/32].Connections" },
        { "2001:db8:1:2ff::1%5", 8, "address:2001:db8:1:200::/56: refused 1 inbound connection: 8 in use, 8 allowed; to allow more, raise ConnectionLimits.SubnetsIPv6[/56].Connections" },
        { "198.51.100.7", 1, "address:198.51.100.0/24: refused 1 inbound connection: 1 in use, 1 allowed; to allow more, raise ConnectionLimits.Networks[198.51.100.0/24].Connections" },
        { "192.0.2.2", 16, "address:192.0.2.2/32: refused 1 inbound connection: 16 at once and 0.2 a second allowed, next in 5 s; to allow more, raise ConnectionLimits.RatesIPv4[/32]" },
        { "203.0.113.1", 3, "address:203.0.113.0/24: refused 1 inbound connection: 3 at once and 2 a second allowed, next in 0.5 s; to allow more, raise ConnectionLimits.NetworkRates[203.0.113.0/24]" },
        { "203.0.113.129", 0, "address:203.0.113.128/25: refused 1 inbound connection: 0 at once and 1 a second allowed, never a next one; to allow more, raise ConnectionLimits.NetworkRates[203.0.113.128/25]" },
    };

    [Theory]
    [MemberData(nameof(Messages))]
    public void A_refusal_by_address_says_who_how_many_and_what_to_change(string address, int before, string message)
    {
        ResourceManager manager = CreateLimited(Limits);
        Assert.Equal(before, before > 8 || message.Contains("at once", StringComparison.Ordinal) ? manager.Knock(Ip(address), before) : manager.OpenAll(address, before));

        Assert.Equal(message, manager.Refuse(address).ToString());
    }

    [Fact]
    public void A_refusal_by_address_carries_all_numbers()
    {
        ResourceManager manager = CreateLimited(Limits);
        manager.OpenAll("192.0.2.1", 8);
        Refusal refusal = manager.Refuse("192.0.2.1");

        Assert.Equal((RefusalReason.SubnetLimit, ScopeKind.Connection, Resource.Connections, Direction.Inbound), (refusal.Reason, refusal.ScopeKind, refusal.Resource, refusal.Direction!.Value));
        Assert.Equal((8L, 1L, 8L, 8L), (refusal.Current, refusal.Requested, refusal.Limit, refusal.Allowed));
        Assert.Equal(("address:192.0.2.1/32", "ConnectionLimits.SubnetsIPv4[/32].Connections"), (refusal.ScopeName, refusal.ConfigurationKey));
        Assert.Equal(IPNetwork.Parse("192.0.2.1/32"), refusal.Network);
        Assert.Null(refusal.RetryAfter);
        Assert.Equal(refusal, manager.Refuse("192.0.2.1"));
        Assert.Equal(refusal, Assert.Throws<ResourceLimitExceededException>(() => manager.OpenConnection(Direction.Inbound, false, Ip("192.0.2.1"))).Refusal);
        manager.OpenAll("192.0.2.2", 8);
        Assert.NotEqual(refusal, manager.Refuse("192.0.2.2"));
    }

    [Fact]
    public void A_refused_rate_says_when_to_come_again()
    {
        FakeTimeProvider time = new();
        ResourceManager manager = CreateLimited(ConnectionLimits.Default, time);
        Assert.Equal(16, manager.Knock(Ip("192.0.2.1"), 16));
        time.Advance(TimeSpan.FromSeconds(1.25));

        Refusal refusal = manager.Refuse("192.0.2.1");
        Assert.Equal((TimeSpan.FromSeconds(3.75), 16L, 16L), (refusal.RetryAfter, refusal.Limit, refusal.Current));
        time.Advance(refusal.RetryAfter!.Value - TimeSpan.FromTicks(1));
        manager.Refuse("192.0.2.1");
        time.Advance(TimeSpan.FromTicks(1));
        Assert.Equal(1, manager.Knock(Ip("192.0.2.1"), 5));
    }

    [Fact]
    public void The_global_rate_names_everybody()
    {
        ResourceManager manager = CreateLimited(ConnectionLimits.None with { GlobalRate = new(10, 1) });
        manager.Knock(Ip("192.0.2.1"), 1);

        Refusal refusal = manager.Refuse("192.0.2.2");
        Assert.Null(refusal.Network);
        Assert.Equal("address:any: refused 1 inbound connection: 1 at once and 10 a second allowed, next in 0.1 s; to allow more, raise ConnectionLimits.GlobalRate", refusal.ToString());
    }

    [Fact]
    public void Refusals_are_counted_by_reason_and_only_for_the_gate_that_refused()
    {
        ResourceManager manager = CreateLimited(Limits);
        manager.OpenAll("192.0.2.1", 16);
        manager.OpenAll("192.0.2.1", 3);
        manager.OpenAll("198.51.100.7", 3);

        Assert.Equal(
            [
                new RefusalCount(ScopeKind.Connection, Resource.Connections, Direction.Inbound, RefusalReason.SubnetLimit, 8),
                new RefusalCount(ScopeKind.Connection, Resource.Connections, Direction.Inbound, RefusalReason.NetworkLimit, 2),
                new RefusalCount(ScopeKind.Connection, Resource.Connections, Direction.Inbound, RefusalReason.ConnectionRate, 3),
            ],
            manager.GetRefusalCounts());
    }

    [Fact]
    public void Refusing_and_admitting_allocate_nothing_beyond_the_connection()
    {
        ConnectionLimits limits = ConnectionLimits.Default with { NetworkRates = [new(IPNetwork.Parse("2001:db8::/32"), ConnectionRate.Unlimited)] };
        ResourceManager manager = CreateLimited(limits, TimeProvider.System, Listing(Network("10.0.0.0/8")));
        IPAddress[] refused = [Ip("192.0.2.1"), Ip("::ffff:192.0.2.1"), Ip("2001:db8::1"), Ip("fe80::1%3")];
        foreach (IPAddress address in refused)
            manager.OpenAll(address.ToString(), 40);

        foreach (IPAddress address in refused)
            AssertAllocates(0, () => manager.TryOpenConnection(Direction.Inbound, true, address, out _, out _));
        Assert.All(refused, address => manager.Refuse(address.ToString()));
        ResourceManager unlimited = new(ResourceManagerLimits.Infinite);
        IPAddress free = Ip("2001:db8:77::1");
        long scope = Allocated(() => unlimited.OpenConnection(Direction.Inbound, true, free).Dispose());
        AssertAllocates(scope, () => manager.OpenConnection(Direction.Inbound, true, free).Dispose());
        AssertAllocates(0, () => manager.Admission!.TryAdmit(Direction.Inbound, Ip(0x0a000001), out _, out _), perCall: Allocated(() => Ip(0x0a000001)));
    }

    private static void AssertAllocates(long expected, Action action, long perCall = 0) => Assert.Equal(expected, Allocated(action) - perCall);

    // The first calls let the runtime compile; recompilation by the runtime itself allocates elsewhere.
    private static long Allocated(Action action)
    {
        const int Calls = 100;
        for (int i = 0; i < 50; i++)
            action();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < Calls; i++)
            action();
        return (GC.GetAllocatedBytesForCurrentThread() - before) / Calls;
    }
}
