using System.Net;
using Microsoft.Extensions.Time.Testing;

namespace Rcmgr.Tests.Examples;

/// <summary>The code of docs/ADMISSION.md.</summary>
public sealed class AdmissionExample
{
    private static readonly ResourceManagerLimits Limits = ResourceManagerLimits.Infinite;

    [Fact]
    public void The_defaults_hold_one_address_to_its_share()
    {
        using var manager = new ResourceManager(new ResourceManagerOptions { Limits = Limits });

        var remote = IPAddress.Parse("192.0.2.7");
        var open = 0;
        Refusal refusal;
        while (manager.TryOpenConnection(Direction.Inbound, usesFileDescriptor: true, remote, out _, out refusal))
            open++;
        Console.WriteLine($"{open} connections, then: {refusal}");

        Assert.Equal((8, RefusalReason.SubnetLimit), (open, refusal.Reason));
    }

    [Fact]
    public void A_refusal_says_which_network_which_rule_and_when_to_come_again()
    {
        var time = new FakeTimeProvider();
        var manager = new ResourceManager(new ResourceManagerOptions
        {
            Limits = Limits,
            ConnectionLimits = new ConnectionLimits { SubnetsIPv4 = [new(32, 100), new(24, 400)] },
            TimeProvider = time,
        });
        var remote = IPAddress.Parse("::ffff:192.0.2.7");
        for (var i = 0; i < 16; i++)
            manager.OpenConnection(Direction.Inbound, usesFileDescriptor: true, remote);

        manager.TryOpenConnection(Direction.Inbound, usesFileDescriptor: true, remote, out _, out var refusal);
        Console.WriteLine($"{refusal.Reason} {refusal.Network} {refusal.RetryAfter} {refusal.ConfigurationKey}");
        // ConnectionRate 192.0.2.7/32 00:00:05 ConnectionLimits.RatesIPv4[/32]

        Assert.Equal(
            "ConnectionRate 192.0.2.7/32 00:00:05 ConnectionLimits.RatesIPv4[/32]",
            $"{refusal.Reason} {refusal.Network} {refusal.RetryAfter} {refusal.ConfigurationKey}");
    }

    [Fact]
    public void Private_networks_and_nat()
    {
        // A cluster or a laboratory: private ranges are free, the world is limited as usual.
        var cluster = ConnectionLimits.PrivateNetwork;

        // Up to 50 honest peers behind one address, as in an office or behind carrier-grade NAT.
        var office = ConnectionLimits.Default.WithPeersPerAddress(50);

        // A cluster whose pods share one public /56 and need more than everybody else.
        var pods = IPNetwork.Parse("2001:db8:7:100::/56");
        var custom = ConnectionLimits.PrivateNetwork with
        {
            Networks = [.. ConnectionLimits.PrivateNetwork.Networks, new(pods, 2_000)],
            NetworkRates = [.. ConnectionLimits.PrivateNetwork.NetworkRates, new(pods, new(PerSecond: 50, Burst: 500))],
        };

        Assert.Equal((1000, 8), (Open(cluster, "10.42.7.1", 1000), Open(cluster, "192.0.2.1", 1000)));
        Assert.Equal(400, Open(office, "192.0.2.1", 1000));
        Assert.Equal((500, 8), (Open(custom, "2001:db8:7:100::1", 1000), Open(custom, "2001:db8:7:200::1", 1000)));
    }

    [Fact]
    public void An_allowlisted_network_is_exempt_from_its_next_connection_on()
    {
        using var manager = new ResourceManager(new ResourceManagerOptions { Limits = Limits });

        var bootstrap = new AllowlistEntry(IPNetwork.Parse("198.51.100.0/28"));
        manager.Allowlist.Add(bootstrap);
        manager.Allowlist.Remove(bootstrap);

        manager.Allowlist.Add(bootstrap);
        Assert.Equal(100, Enumerable.Range(0, 100).Count(_ =>
            manager.TryOpenConnection(Direction.Inbound, usesFileDescriptor: true, IPAddress.Parse("198.51.100.3"), out var _, out var _)));
    }

    [Fact]
    public void A_quic_listener_asks_whether_an_address_has_to_be_proved()
    {
        using var manager = new ResourceManager(new ResourceManagerOptions { Limits = Limits });
        var asked = 0;
        void SendRetry() => asked++;
        void Accept(IPAddress source) => manager.TryOpenConnection(Direction.Inbound, usesFileDescriptor: false, source, out _, out _);

        void OnInitial(IPAddress source, bool carriesValidToken)
        {
            if (!carriesValidToken && manager.VerifySourceAddress(source))
                SendRetry();
            else
                Accept(source);
        }

        for (var i = 0; i < 7; i++)
            OnInitial(IPAddress.Parse("192.0.2.9"), carriesValidToken: false);
        Assert.Equal(3, asked);
    }

    [Fact]
    public void Limits_by_address_are_text()
    {
        ConnectionLimits read = ConnectionLimitsJson.Read("""{ "SubnetsIPv4": { "/32": 20 } }""");
        string written = ConnectionLimitsJson.ToText(read, indented: true);

        Assert.Equal(ConnectionLimits.Default with { SubnetsIPv4 = [new(32, 20)] }, ConnectionLimitsJson.Read(written));
    }

    [Fact]
    public void They_change_while_connections_are_open()
    {
        using var manager = new ResourceManager(new ResourceManagerOptions { Limits = Limits, ConnectionLimitsMayChange = true });
        ConnectionLimits tighter = ConnectionLimitsJson.Read("""{ "SubnetsIPv4": { "/32": 2 } }""", manager.ConnectionLimits);
        ConnectionLimitsPlan plan = manager.PlanConnectionLimits(tighter);
        foreach (ConnectionLimitChange change in plan.Changes)
            Console.WriteLine(change);
        foreach (OverConnectionLimit over in plan.Over)
            Console.WriteLine(over);
        manager.ApplyConnectionLimits(tighter);

        Assert.Equal("ConnectionLimits.SubnetsIPv4[/32].Connections: 8 -> 2", Assert.Single(plan.Changes).ToString());
        Assert.Equal(2, Enumerable.Range(0, 9).Count(_ =>
            manager.TryOpenConnection(Direction.Inbound, usesFileDescriptor: true, IPAddress.Parse("192.0.2.7"), out var _, out var _)));
    }

    private static int Open(ConnectionLimits limits, string address, int tries)
    {
        using var manager = new ResourceManager(new ResourceManagerOptions { Limits = Limits, ConnectionLimits = limits, TimeProvider = new FakeTimeProvider() });
        var remote = IPAddress.Parse(address);
        return Enumerable.Range(0, tries).Count(_ => manager.TryOpenConnection(Direction.Inbound, usesFileDescriptor: true, remote, out var _, out var _));
    }
}
