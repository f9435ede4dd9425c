using System.Net;
using Microsoft.Extensions.Time.Testing;
using static Rcmgr.Tests.Accounting.TestManagers;
using static Rcmgr.Tests.Admission.AdmissionManagers;

namespace Rcmgr.Tests.Admission;

/// <summary>New limits by address count the connections that are open, evict none, and every slot comes back once.</summary>
public sealed class ApplyConnectionLimitsTests
{
    private const string Address = "192.0.2.1";

    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void Open_connections_are_counted_by_the_new_rules_and_none_is_closed()
    {
        using ResourceManager manager = Create(ConnectionLimits.None);
        List<ConnectionScope> open = [.. Enumerable.Range(0, 5).Select(_ => Open(manager))];

        ConnectionLimitsPlan plan = manager.ApplyConnectionLimits(PerAddress(3));

        Assert.Equal(["address:192.0.2.1/32: 5 in use, 3 allowed by ConnectionLimits.SubnetsIPv4[/32].Connections"], plan.Over.Select(over => over.ToString()));
        Assert.Equal(5, manager.System.Usage.ConnectionsInbound);
        Assert.Equal((5L, 3L), (manager.Refuse(Address).Current, manager.Refuse(Address).Limit));
        open[0].Dispose();
        open[1].Dispose();
        open[1].Dispose();
        Assert.Equal(3, manager.Refuse(Address).Current);
        open[2].Dispose();
        open.Add(Open(manager));
        manager.Refuse(Address);
        open.ForEach(connection => connection.Dispose());
        Assert.Equal(0, manager.Admission!.HeldSubnets);
    }

    [Fact]
    public void A_slot_that_was_taken_under_other_rules_comes_back_to_the_rules_in_force()
    {
        using ResourceManager manager = Create(PerAddress(1));
        ConnectionScope first = Open(manager);
        manager.ApplyConnectionLimits(ConnectionLimits.None with { SubnetsIPv4 = [new(24, 2)] });
        ConnectionScope second = manager.OpenConnection(Direction.Inbound, false, Ip("192.0.2.2"));
        Assert.Equal("ConnectionLimits.SubnetsIPv4[/24].Connections", manager.Refuse("192.0.2.3").ConfigurationKey);
        manager.ApplyConnectionLimits(ConnectionLimits.None with { Networks = [new(IPNetwork.Parse("192.0.2.0/28"), 2)] });
        Assert.Equal("ConnectionLimits.Networks[192.0.2.0/28].Connections", manager.Refuse("192.0.2.3").ConfigurationKey);

        first.Dispose();
        using ConnectionScope third = Open(manager);
        manager.Refuse(Address);
        second.Dispose();
        manager.ApplyConnectionLimits(PerAddress(1));
        manager.Refuse(Address);
        third.Dispose();

        Assert.Equal(0, manager.Admission!.HeldSubnets);
    }

    [Fact]
    public void Limits_that_are_lifted_and_set_again_still_know_who_is_connected()
    {
        using ResourceManager manager = Create(PerAddress(2));
        using ConnectionScope first = Open(manager);
        manager.ApplyConnectionLimits(ConnectionLimits.None);
        Assert.Null(manager.Admission);
        using ConnectionScope second = Open(manager);
        Open(manager).Dispose();

        manager.ApplyConnectionLimits(PerAddress(2));

        Assert.Equal(2, manager.Refuse(Address).Current);
    }

    [Fact]
    public void Outbound_and_loopback_connections_are_counted_when_the_new_rules_include_them()
    {
        using ResourceManager manager = Create(PerAddress(1));
        using ConnectionScope dialed = manager.OpenConnection(Direction.Outbound, false, Ip(Address));
        using ConnectionScope local = manager.OpenConnection(Direction.Inbound, false, Ip("127.0.0.1"));
        using ConnectionScope accepted = Open(manager);

        manager.ApplyConnectionLimits(PerAddress(2) with { IncludeOutbound = true, ExemptLoopback = false });

        Assert.Equal(2, manager.Refuse(Address).Current);
        using ConnectionScope second = manager.OpenConnection(Direction.Inbound, false, Ip("127.0.0.1"));
        Assert.Equal(2, manager.Refuse("127.0.0.1").Current);

        manager.ApplyConnectionLimits(PerAddress(2));
        using ConnectionScope third = Open(manager);
        Assert.Equal(2, manager.Refuse(Address).Current);
        Assert.Equal(1, manager.Admission!.HeldSubnets);
    }

    [Fact]
    public void What_the_allowlist_exempted_stays_exempt_to_its_end()
    {
        AllowlistEntry entry = Network("192.0.2.0/24");
        using ResourceManager manager = Create(PerAddress(1), Listing(entry));
        using ConnectionScope exempt = Open(manager);
        manager.ApplyConnectionLimits(ConnectionLimits.None);
        ConnectionScope exemptWithoutLimits = Open(manager);
        manager.Allowlist.Remove(entry);

        manager.ApplyConnectionLimits(PerAddress(1));

        using ConnectionScope counted = Open(manager);
        exemptWithoutLimits.Dispose();
        Assert.Equal(1, manager.Refuse(Address).Current);
    }

    [Fact]
    public void What_the_scopes_refuse_is_forgotten()
    {
        using ResourceManager manager = Create(ConnectionLimits.None, scopes: limits => limits with { System = ResourceLimits.BlockAll });
        Assert.Equal(RefusalReason.Limit, manager.Refuse(Address).Reason);

        Assert.Empty(manager.ApplyConnectionLimits(PerAddress(0)).Over);
    }

    [Fact]
    public void A_plan_says_what_would_change_and_changes_nothing()
    {
        using ResourceManager manager = Create(ConnectionLimits.Default);
        using ConnectionScope first = Open(manager);
        using ConnectionScope second = Open(manager);
        ConnectionLimits next = ConnectionLimits.Default with
        {
            SubnetsIPv4 = [new(32, 1)],
            Networks = [new(IPNetwork.Parse("10.0.0.0/8"), ResourceLimits.Unlimited)],
            RatesIPv6 = [new(56, new(1.5, 20))],
            IncludeOutbound = true,
        };

        ConnectionLimitsPlan plan = manager.PlanConnectionLimits(next);

        Assert.Equal(
            [
                "ConnectionLimits.SubnetsIPv4[/32].Connections: 8 -> 1",
                "ConnectionLimits.RatesIPv6[/56]: 16 at once and 0.2 a second -> 20 at once and 1.5 a second",
                "ConnectionLimits.RatesIPv6[/48]: 80 at once and 0.5 a second -> no rule",
                "ConnectionLimits.IncludeOutbound: false -> true",
                "ConnectionLimits.Networks[10.0.0.0/8].Connections: no rule -> unlimited",
            ],
            plan.Changes.Select(change => change.ToString()));
        Assert.Equal([new OverConnectionLimit(IPNetwork.Parse("192.0.2.1/32"), "ConnectionLimits.SubnetsIPv4[/32].Connections", 2, 1)], plan.Over);
        Assert.Same(ConnectionLimits.Default, manager.ConnectionLimits);
        Assert.Equal(6, manager.OpenAll(Address, 20));

        Assert.Equal(plan.Changes, manager.ApplyConnectionLimits(next).Changes);
        Assert.Same(next, manager.ConnectionLimits);
        Assert.True(manager.PlanConnectionLimits(next).IsEmpty);
    }

    [Fact]
    public void Rates_that_do_not_change_keep_their_buckets()
    {
        using ResourceManager manager = Create(ConnectionLimits.None with { RatesIPv4 = [new(32, new(0.2, 2))] });
        manager.Knock(Ip(Address), 2);

        manager.ApplyConnectionLimits(ConnectionLimits.None with { RatesIPv4 = [new(32, new(0.2, 2))], SubnetsIPv4 = [new(32, 9)] });
        Assert.Equal(0, manager.Knock(Ip(Address), 5));
        manager.ApplyConnectionLimits(ConnectionLimits.None with { RatesIPv4 = [new(32, new(0.2, 3))] });
        Assert.Equal(3, manager.Knock(Ip(Address), 5));
    }

    [Theory]
    [InlineData(Address)]
    [InlineData("2001:db8::7")]
    public void Buckets_are_kept_also_when_other_subnets_are_counted(string address)
    {
        ConnectionLimits rates = ConnectionLimits.None with
        {
            RatesIPv4 = [new(32, new(0.2, 4)), new(16, new(0.2, 50))],
            RatesIPv6 = [new(56, new(0.2, 4)), new(48, new(0.2, 50))],
            NetworkRates = [new(IPNetwork.Parse("198.51.100.0/24"), new(0.2, 5))],
            GlobalRate = new(0.2, 10),
        };
        using ResourceManager manager = Create(rates);
        Assert.Equal((3, 5), (manager.Knock(Ip(address), 3), manager.Knock(Ip("198.51.100.1"), 9)));

        manager.ApplyConnectionLimits(rates with { SubnetsIPv4 = [new(24, 9), new(8, 90)], SubnetsIPv6 = [new(64, 9), new(32, 90)] });

        Assert.Equal((1, 0), (manager.Knock(Ip(address), 9), manager.Knock(Ip("198.51.100.1"), 9)));
        Assert.Equal(6, manager.Knock(null, 9));
    }

    [Fact]
    public void Proofs_of_addresses_and_explanations_follow_the_limits_in_force()
    {
        using ResourceManager manager = Create(ConnectionLimits.None);
        Assert.False(manager.VerifySourceAddress(Ip(Address)));
        Assert.Equal(AddressExemption.NothingLimited, Explain(manager).AddressExemption);

        manager.ApplyConnectionLimits(PerAddress(1));

        Assert.True(manager.VerifySourceAddress(Ip(Address)));
        Assert.Single(Explain(manager).Addresses);
    }

    [Fact]
    public async Task A_connection_that_waits_keeps_its_place_in_the_count()
    {
        ResourceManagerLimits scopes = Infinite with { Transient = All with { Connections = 1 } };
        using ResourceManager manager = new(new ResourceManagerOptions
        {
            Limits = scopes,
            ConnectionLimits = PerAddress(9) with { IncludeOutbound = true },
            ConnectionLimitsMayChange = true,
        });
        ConnectionScope first = manager.OpenConnection(Direction.Outbound, false);
        ValueTask<ConnectionScope> waiting = manager.OpenConnectionAsync(
            Direction.Outbound, false, Ip(Address), new WaitOptions(TimeSpan.FromMinutes(1)), TestContext.Current.CancellationToken);

        manager.ApplyConnectionLimits(PerAddress(1) with { IncludeOutbound = true });

        Assert.Equal(RefusalReason.SubnetLimit, manager.Refuse(Address).Reason);
        first.Dispose();
        (await waiting).Dispose();
        Assert.Equal(0, manager.Admission!.HeldSubnets);
    }

    [Fact]
    public void Limits_that_cannot_be_meant_change_nothing()
    {
        using ResourceManager manager = Create(PerAddress(1));

        Assert.Throws<ArgumentException>(() => manager.ApplyConnectionLimits(PerAddress(-1)));

        Assert.Equal(PerAddress(1), manager.ConnectionLimits);
    }

    [Fact]
    public void Without_the_option_they_are_fixed()
    {
        using ResourceManager manager = CreateLimited(PerAddress(1));

        Assert.False(manager.ConnectionLimitsMayChange);
        Assert.Throws<InvalidOperationException>(() => manager.ApplyConnectionLimits(ConnectionLimits.None));
    }

    private static ConnectionLimits PerAddress(long connections) => ConnectionLimits.None with { SubnetsIPv4 = [new(32, connections)] };

    private static ConnectionScope Open(ResourceManager manager) => manager.OpenConnection(Direction.Inbound, false, Ip(Address));

    private static Explanation Explain(ResourceManager manager) =>
        manager.Explain(ResourceOperation.OpenConnection(Direction.Inbound, false, Ip(Address)));

    private ResourceManager Create(
        ConnectionLimits limits, Allowlist? allowlist = null, Func<ResourceManagerLimits, ResourceManagerLimits>? scopes = null) =>
        new(new ResourceManagerOptions
        {
            Limits = scopes?.Invoke(Infinite) ?? Infinite,
            Allowlist = allowlist,
            ConnectionLimits = limits,
            ConnectionLimitsMayChange = true,
            TimeProvider = _time,
        });
}
