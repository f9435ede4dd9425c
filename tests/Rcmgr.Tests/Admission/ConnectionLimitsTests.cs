using System.Net;
using static Rcmgr.Tests.Admission.AdmissionManagers;

namespace Rcmgr.Tests.Admission;

/// <summary>Limits by address as a caller writes them: the profiles, and what is refused as a mistake.</summary>
public sealed class ConnectionLimitsTests
{
    private static readonly IPNetwork Ten = IPNetwork.Parse("10.0.0.0/8");

    public static TheoryData<ConnectionLimits, string> Mistakes => new()
    {
        { new() { SubnetsIPv4 = [new(33, 5)] }, "ConnectionLimits.SubnetsIPv4: the prefix length 33 is not one of an IPv4 address: 0 to 32." },
        { new() { SubnetsIPv6 = [new(129, 5)] }, "ConnectionLimits.SubnetsIPv6: the prefix length 129 is not one of an IPv6 address: 0 to 128." },
        { new() { RatesIPv4 = [new(-1, new(1, 1))] }, "ConnectionLimits.RatesIPv4: the prefix length -1 is not one of an IPv4 address: 0 to 32." },
        { new() { SubnetsIPv4 = [new(32, 5), new(32, 6)] }, "ConnectionLimits.SubnetsIPv4: the prefix length 32 is there twice." },
        { new() { SubnetsIPv4 = [new(32, -1)] }, "ConnectionLimits.SubnetsIPv4: -1 connections are less than none." },
        { new() { SubnetsIPv4 = null! }, "ConnectionLimits.SubnetsIPv4: the list or one of its entries is null." },
        { new() { NetworkRates = [null!] }, "ConnectionLimits.NetworkRates: the list or one of its entries is null." },
        { new() { Networks = [new(Ten, 1), new(IPNetwork.Parse("::ffff:10.0.0.0/104"), 1)] }, "ConnectionLimits.Networks: the network ::ffff:10.0.0.0/104 is there twice." },
        { new() { Networks = [new(IPNetwork.Parse("127.1.0.0/16"), 3)] }, "ConnectionLimits.Networks: the network 127.1.0.0/16 is loopback, which is exempt unless ExemptLoopback is false." },
        { new() { Networks = [new(Ten, -2)] }, "ConnectionLimits.Networks: -2 connections are less than none." },
        { new() { NetworkRates = [new(Ten, new(1, -1))] }, "ConnectionLimits.NetworkRates: a burst of -1 is less than none." },
        { new() { GlobalRate = new(-1, 1) }, "ConnectionLimits.GlobalRate: -1 a second is neither 0, for no limit, nor in the range from 1E-06 to 1000000000." },
        { new() { GlobalRate = new(double.NaN, 1) }, "ConnectionLimits.GlobalRate: NaN a second is neither 0, for no limit, nor in the range from 1E-06 to 1000000000." },
        { new() { GlobalRate = new(0.001, 10_000_000) }, "ConnectionLimits.GlobalRate: a burst of 10000000 at 0.001 a second takes more than a hundred years to come back." },
    };

    [Theory]
    [MemberData(nameof(Mistakes), DisableDiscoveryEnumeration = true)]
    public void A_mistake_is_an_error_that_names_the_member_and_the_value(ConnectionLimits limits, string message) =>
        Assert.Equal(message, Assert.Throws<ArgumentException>(() => CreateLimited(limits)).Message);

    [Fact]
    public void The_defaults_are_the_published_ones()
    {
        ResourceManager manager = CreateLimited(new ConnectionLimits());

        Assert.Equal(8, manager.OpenAll("192.0.2.1", 20));
        Assert.Equal(8, manager.OpenAll("2001:db8::1", 20));
        Assert.Equal(40, manager.OpenAll("127.0.0.1", 40));
        Assert.Equal(40, manager.OpenAll("::1", 40));
        Assert.Equal(40, manager.OpenAll("::ffff:127.0.0.1", 40));
    }

    [Fact]
    public void Without_options_nothing_is_limited_by_address()
    {
        ResourceManager manager = new(ResourceManagerLimits.Infinite);

        Assert.Equal(100, manager.OpenAll("192.0.2.1", 100));
        Assert.Null(manager.Admission);
        Assert.False(manager.VerifySourceAddress(Ip("192.0.2.1")));
    }

    [Fact]
    public void Limits_that_refuse_nobody_cost_nothing_to_ask()
    {
        ConnectionLimits lifted = ConnectionLimits.None with
        {
            SubnetsIPv4 = [new(32, ResourceLimits.Unlimited)],
            SubnetsIPv6 = [new(56, ResourceLimits.Unlimited)],
            Networks = [new(Ten, ResourceLimits.Unlimited)],
            RatesIPv4 = [new(32, ConnectionRate.Unlimited)],
            NetworkRates = [new(Ten, ConnectionRate.Unlimited)],
        };

        Assert.Null(CreateLimited(lifted).Admission);
    }

    [Fact]
    public void The_profile_of_private_networks_frees_them_and_limits_the_world()
    {
        ResourceManager manager = CreateLimited(ConnectionLimits.PrivateNetwork);

        foreach (string address in (string[])["10.1.2.3", "172.31.0.1", "192.168.7.7", "100.64.3.4", "169.254.1.1", "fd00::1", "fe80::1%2", "127.0.0.1"])
            Assert.Equal(50, manager.OpenAll(address, 50));
        Assert.Equal(8, manager.OpenAll("172.32.0.1", 50));
        Assert.Equal(8, manager.OpenAll("2001:db8::1", 50));
    }

    [Fact]
    public void Peers_that_share_addresses_multiply_the_limits_of_subnets()
    {
        ConnectionLimits limits = ConnectionLimits.Default.WithPeersPerAddress(20);
        ResourceManager manager = CreateLimited(limits);

        Assert.Equal(160, manager.OpenAll("192.0.2.1", 500));
        Assert.Equal([new SubnetLimit(56, 160), new SubnetLimit(48, 1280)], limits.SubnetsIPv6);
        Assert.Equal([new SubnetRate(32, new ConnectionRate(4, 320))], limits.RatesIPv4);
        Assert.Throws<ArgumentOutOfRangeException>(() => limits.WithPeersPerAddress(0));
        Assert.Equal([new SubnetLimit(32, long.MaxValue)], (limits with { SubnetsIPv4 = [new(32, long.MaxValue)] }).WithPeersPerAddress(3).SubnetsIPv4);
    }

    [Fact]
    public void Networks_of_ones_own_do_not_drop_the_exemption_of_loopback()
    {
        ConnectionLimits limits = new() { Networks = [new(IPNetwork.Parse("0.0.0.0/0"), 1)], NetworkRates = [new(IPNetwork.Parse("0.0.0.0/0"), new(1, 1))] };
        Assert.Equal(30, CreateLimited(limits).OpenAll("127.0.0.1", 30));
        Assert.Equal(1, CreateLimited(limits with { ExemptLoopback = false }).OpenAll("127.0.0.1", 30));

        ConnectionLimits named = new() { ExemptLoopback = false, Networks = [new(IPNetwork.Parse("127.0.0.0/8"), 2)] };
        Assert.Equal(2, CreateLimited(named).OpenAll("127.0.0.1", 30));
    }
}
