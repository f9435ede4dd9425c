using Microsoft.Extensions.Time.Testing;
using Rcmgr.Tests.Admission;
using static Rcmgr.Tests.Admission.AdmissionManagers;

namespace Rcmgr.Tests.Explaining;

/// <summary>What <see cref="ResourceManager.Explain"/> says of the address of a connection, before the scopes.</summary>
public sealed class ExplainAddressTests
{
    private const string Address = "192.0.2.7";

    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void Rates_come_first_then_the_connections_of_the_address_then_the_scopes()
    {
        using ResourceManager manager = CreateLimited(ConnectionLimits.Default with { GlobalRate = new(1, 100) }, _time);
        manager.OpenAll("2001:db8::1", 3);
        _time.Advance(TimeSpan.FromSeconds(1));

        Explanation explanation = Explain(manager, "2001:db8::2");

        Assert.Equal(
            [
                "address:2001:db8::/56: token 3 + 1 of 16 (18.8 %), 0.2 a second, next in 4 s",
                "address:2001:db8::/48: token 3 + 1 of 80 (3.8 %), 0.5 a second, next in 1 s",
                "address:any: token 2 + 1 of 100 (2 %), 1 a second, next in 1 s",
                "address:2001:db8::/56: connection 3 + 1 of 8 (37.5 %)",
                "address:2001:db8::/48: connection 3 + 1 of 64 (4.7 %)",
            ],
            explanation.Addresses.Select(limit => limit.ToString()));
        Assert.Equal("ConnectionLimits.RatesIPv6[/48]", explanation.Addresses[1].ConfigurationKey);
        Assert.True(explanation.IsAdmitted);
        Assert.Equal(AddressExemption.None, explanation.AddressExemption);
        Assert.Equal(["conn", "transient", "system"], explanation.Scopes.Select(scope => scope.Name));
        Assert.StartsWith(explanation.Addresses[0].ToString(), explanation.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_full_subnet_refuses_with_the_refusal_that_the_connection_would_get()
    {
        using ResourceManager manager = CreateLimited(OnePerAddress, _time);
        manager.OpenAll(Address, 1);

        Explanation explanation = Explain(manager, Address);

        Assert.False(explanation.IsAdmitted);
        Assert.False(explanation.IsImpossible);
        Assert.Equal(manager.Refuse(Address), explanation.Refusal);
        Assert.Equal("ConnectionLimits.SubnetsIPv4[/32].Connections", explanation.Refusal.ConfigurationKey);
        Assert.True(Assert.Single(explanation.Addresses).Refuses);
        Assert.DoesNotContain(explanation.Scopes, scope => scope.Refuses);
    }

    [Fact]
    public void An_empty_bucket_says_when_there_is_a_token_again()
    {
        using ResourceManager manager = CreateLimited(ConnectionLimits.None with { RatesIPv4 = [new(32, new(0.2, 2))] }, _time);
        manager.Knock(Ip(Address), 2);
        _time.Advance(TimeSpan.FromSeconds(2));

        Explanation explanation = Explain(manager, Address);

        Assert.Equal(manager.Refuse(Address), explanation.Refusal);
        Assert.Equal((RefusalReason.ConnectionRate, TimeSpan.FromSeconds(3)), (explanation.Refusal.Reason, explanation.Refusal.RetryAfter));
        Assert.Equal((2L, 2L, TimeSpan.FromSeconds(3)), (explanation.Addresses[0].Current, explanation.Addresses[0].Limit, explanation.Addresses[0].NextIn));
    }

    [Fact]
    public void Networks_decide_in_place_of_subnets()
    {
        using ResourceManager manager = CreateLimited(
            ConnectionLimits.Default with
            {
                Networks = [new(System.Net.IPNetwork.Parse("192.0.2.0/24"), 2), new(System.Net.IPNetwork.Parse("10.0.0.0/8"), ResourceLimits.Unlimited)],
                NetworkRates = [new(System.Net.IPNetwork.Parse("192.0.2.0/24"), new(1, 5)), new(System.Net.IPNetwork.Parse("10.0.0.0/8"), ConnectionRate.Unlimited)],
            },
            _time);
        manager.OpenAll(Address, 2);

        Assert.Equal(
            ["address:192.0.2.0/24: token 2 + 1 of 5 (40 %), 1 a second, next in 1 s", "address:192.0.2.0/24: connection 2 + 1 of 2 (100 %)"],
            Explain(manager, "192.0.2.200").Addresses.Select(limit => limit.ToString()));
        Assert.Equal(
            ["address:10.0.0.0/8: token 0 + 1 of no limit (0 %)", "address:10.0.0.0/8: connection 0 + 1 of no limit (0 %)"],
            Explain(manager, "10.1.2.3").Addresses.Select(limit => limit.ToString()));
    }

    [Fact]
    public void What_allows_none_is_impossible()
    {
        using ResourceManager manager = CreateLimited(ConnectionLimits.None with { RatesIPv4 = [new(32, new(1, 0))] }, _time);

        Explanation explanation = Explain(manager, Address);

        Assert.True(explanation.IsImpossible);
        Assert.Equal(TimeSpan.MaxValue, explanation.Addresses[0].NextIn);
        Assert.EndsWith("never a next one", explanation.Addresses[0].ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("127.0.0.1", Direction.Inbound, AddressExemption.Loopback)]
    [InlineData("192.0.2.9", Direction.Outbound, AddressExemption.Outbound)]
    [InlineData("198.51.100.1", Direction.Inbound, AddressExemption.Allowlisted)]
    [InlineData("192.0.2.9", Direction.Inbound, AddressExemption.None)]
    public void Who_is_exempt_is_told_why(string address, Direction direction, AddressExemption why)
    {
        using ResourceManager manager = CreateLimited(OnePerAddress, _time, Listing(Network("198.51.100.0/24")));

        Explanation explanation = manager.Explain(ResourceOperation.OpenConnection(direction, true, Ip(address)));

        Assert.Equal(why, explanation.AddressExemption);
        Assert.Equal(why == AddressExemption.None, explanation.Addresses.Count > 0);
    }

    [Fact]
    public void Where_nobody_is_limited_by_address_it_says_so()
    {
        using ResourceManager manager = CreateLimited(ConnectionLimits.None, _time);

        Assert.Equal(AddressExemption.NothingLimited, Explain(manager, Address).AddressExemption);
    }

    [Fact]
    public void A_connection_without_an_address_meets_the_global_rate_only()
    {
        using ResourceManager manager = CreateLimited(ConnectionLimits.Default with { GlobalRate = new(1, 1) }, _time);
        manager.Knock(null, 1);

        Explanation explanation = manager.Explain(ResourceOperation.OpenConnection(Direction.Inbound, true));

        Assert.Equal("address:any", Assert.Single(explanation.Addresses).Name);
        Assert.Equal(manager.Refuse(null), explanation.Refusal);
    }

    [Fact]
    public void An_allowlisted_place_does_not_help_an_address_that_is_full()
    {
        using ResourceManager manager = CreateLimited(
            OnePerAddress,
            _time,
            Listing(Network("192.0.2.0/24", new PeerKey("alice"))),
            limits => limits with { System = ResourceLimits.BlockAll });
        Assert.True(Explain(manager, Address).UsesAllowlist);
        manager.OpenAll(Address, 1);

        Explanation explanation = Explain(manager, Address);

        Assert.Equal((false, false), (explanation.IsAdmitted, explanation.UsesAllowlist));
        Assert.Equal(RefusalReason.SubnetLimit, explanation.Refusal.Reason);
    }

    [Fact]
    public void Asking_takes_no_token_no_slot_and_remembers_no_address()
    {
        using ResourceManager manager = CreateLimited(ConnectionLimits.Default with { GlobalRate = new(0.001, 8) }, _time);
        for (uint address = 0xc0000200; address < 0xc0000300; address++)
            manager.Explain(ResourceOperation.OpenConnection(Direction.Inbound, true, Ip(address)));

        Assert.Equal((0, 0), (manager.Admission!.HeldSubnets, manager.Admission.RememberedRates));
        Assert.Empty(manager.GetRefusalCounts());
        Assert.Equal(8, manager.OpenAll(Address, 100));
    }

    private static Explanation Explain(ResourceManager manager, string address) =>
        manager.Explain(ResourceOperation.OpenConnection(Direction.Inbound, true, Ip(address)));
}
