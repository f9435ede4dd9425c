using System.Net;
using Microsoft.Extensions.Time.Testing;
using static Rcmgr.Tests.Accounting.TestManagers;
using static Rcmgr.Tests.Admission.AdmissionManagers;

namespace Rcmgr.Tests.Admission;

/// <summary>Who is counted as whom, who is exempt, and in which order the gates are asked (specification §3.1, §5).</summary>
public sealed class AddressAdmissionTests
{
    [Theory]
    [InlineData("192.0.2.1", "::ffff:192.0.2.1")]
    [InlineData("fe80::1%3", "fe80::1%4")]
    [InlineData("fe80::1%3", "fe80::1")]
    public void Spellings_of_one_address_are_one_address(string first, string second)
    {
        ResourceManager manager = CreateLimited(OnePerAddress);
        using ConnectionScope connection = manager.OpenConnection(Direction.Inbound, false, Ip(first));

        manager.Refuse(second);
    }

    [Fact]
    public void Mapped_addresses_are_judged_by_the_rules_of_IPv4()
    {
        ResourceManager manager = CreateLimited(ConnectionLimits.None with { SubnetsIPv6 = [new(56, 1)] });

        Assert.Equal(5, manager.OpenAll("::ffff:192.0.2.1", 5));
        Assert.Equal(1, manager.OpenAll("::fffe:192.0.2.1", 5));
    }

    [Fact]
    public void Outbound_connections_are_not_limited_nor_counted_unless_asked_for()
    {
        ResourceManager manager = CreateLimited(ConnectionLimits.Default);
        Assert.Equal(50, manager.OpenAll("192.0.2.1", 50, Direction.Outbound));
        Assert.Equal(8, manager.OpenAll("192.0.2.1", 50));

        ResourceManager both = CreateLimited(ConnectionLimits.Default with { IncludeOutbound = true });
        Assert.Equal(8, both.OpenAll("192.0.2.1", 9, Direction.Outbound));
        Assert.Equal(Direction.Outbound, both.Refuse("192.0.2.1", Direction.Outbound).Direction);
        both.Refuse("192.0.2.1");
    }

    [Fact]
    public void Connections_without_an_address_share_nothing_but_the_global_rate()
    {
        ResourceManager manager = CreateLimited(ConnectionLimits.Default);
        Assert.Equal(200, manager.Knock(null, 200));

        ResourceManager global = CreateLimited(ConnectionLimits.Default with { GlobalRate = new(1, 50) });
        Assert.Equal(50, global.Knock(null, 200));
        Assert.Null(global.Refuse("203.0.113.9").Network);
    }

    [Fact]
    public void The_most_specific_network_decides_alone()
    {
        ResourceManager manager = CreateLimited(OnePerAddress with
        {
            Networks = [new(IPNetwork.Parse("10.0.0.0/8"), 3), new(IPNetwork.Parse("10.1.0.0/16"), 5)],
        });

        Assert.Equal(5, manager.OpenAll("10.1.0.1", 9));
        Assert.Equal(3, manager.OpenAll("10.2.0.1", 9));
        Assert.Equal(0, manager.OpenAll("10.3.0.1", 9));
        Assert.Equal(1, manager.OpenAll("11.0.0.1", 9));
    }

    [Fact]
    public void Listed_networks_are_exempt_from_rates_and_limits_also_when_listed_later()
    {
        ResourceManager manager = CreateLimited(ConnectionLimits.Default);
        Assert.Equal(8, manager.OpenAll("192.0.2.7", 100));
        AllowlistEntry entry = Network("192.0.2.0/24");

        manager.Allowlist.Add(entry);
        Assert.Equal(100, manager.OpenAll("192.0.2.7", 100));
        Assert.Equal(100, manager.OpenAll("::ffff:192.0.2.8", 100));

        manager.Allowlist.Remove(entry);
        Assert.Equal(0, manager.OpenAll("192.0.2.7", 100));
        Assert.Equal(8, manager.OpenAll("192.0.2.9", 100));
    }

    [Fact]
    public void An_entry_for_one_peer_exempts_nobody()
    {
        ResourceManager manager = CreateLimited(ConnectionLimits.Default, allowlist: Listing(Network("192.0.2.7/32", Alice)));

        Assert.Equal(8, manager.OpenAll("192.0.2.7", 100));
    }

    [Fact]
    public void The_rate_is_asked_before_the_connections_of_the_address_and_those_before_the_scopes()
    {
        FakeTimeProvider time = new();
        ResourceManager manager = CreateLimited(
            ConnectionLimits.Default, time, scopes: limits => limits with { System = All with { Connections = 5 } });
        List<RefusalReason> reasons = [];
        for (int i = 0; i < 20; i++)
        {
            manager.TryOpenConnection(Direction.Inbound, false, Ip("192.0.2.1"), out _, out Refusal refusal);
            reasons.Add(refusal.Reason);
        }

        Assert.Equal(
            [.. Enumerable.Repeat(RefusalReason.None, 5), .. Enumerable.Repeat(RefusalReason.Limit, 11), .. Enumerable.Repeat(RefusalReason.ConnectionRate, 4)],
            reasons);
        time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(RefusalReason.Limit, manager.Refuse("192.0.2.1").Reason);
        Assert.Equal(RefusalReason.ConnectionRate, manager.Refuse("192.0.2.1").Reason);
    }

    [Fact]
    public void Nested_networks_all_pay_and_then_no_other_rate_is_asked()
    {
        FakeTimeProvider time = new();
        ResourceManager manager = CreateLimited(
            ConnectionLimits.None with
            {
                NetworkRates = [new(IPNetwork.Parse("10.0.0.0/8"), new(1, 4)), new(IPNetwork.Parse("10.1.0.0/16"), new(0.5, 2))],
                RatesIPv4 = [new(32, new(0.1, 1))],
                GlobalRate = new(0.1, 1),
            },
            time);

        Assert.Equal(2, manager.Knock(Ip("10.1.0.1"), 9));
        Assert.Equal(IPNetwork.Parse("10.1.0.0/16"), manager.Refuse("10.1.0.1").Network);
        Assert.Equal(2, manager.Knock(Ip("10.2.0.1"), 9));
        Assert.Equal(IPNetwork.Parse("10.0.0.0/8"), manager.Refuse("10.2.0.1").Network);
        Assert.Equal(1, manager.Knock(Ip("11.0.0.1"), 9));
        Assert.Equal(0, manager.Knock(Ip("11.0.0.2"), 9));
        time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(1, manager.Knock(Ip("10.1.0.1"), 9));
    }

    [Fact]
    public void A_greedy_host_does_not_empty_its_neighbours_buckets()
    {
        ResourceManager manager = CreateLimited(ConnectionLimits.Default);

        Assert.Equal(16, manager.Knock(Ip("2001:db8:0:100::1"), 500));
        Assert.Equal(16, manager.Knock(Ip("2001:db8:0:200::1"), 500));
        Assert.Equal(16, manager.Knock(Ip("2001:db8:0:300::1"), 16));
    }
}
