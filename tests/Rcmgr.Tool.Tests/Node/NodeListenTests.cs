using System.Net;
using System.Text.Json;
using Rcmgr.Libp2p;
using Rcmgr.Libp2p.Identity;
using Rcmgr.Libp2p.Multiaddr;
using Rcmgr.Libp2p.Transports.Quic;
using Rcmgr.Tool.Demo;
using Rcmgr.Tool.Node;

namespace Rcmgr.Tool.Tests.Node;

/// <summary>Where a node listens, with and without the libraries of QUIC.</summary>
public sealed class NodeListenTests
{
    private static readonly Dictionary<string, string> WithoutQuic = new() { ["RCMGR_NGTCP2_UNAVAILABLE"] = "the test left it out" };

    [Fact]
    public async Task A_node_that_is_told_no_address_listens_on_tcp_and_quic_with_one_port()
    {
        QuicAvailability.Require();
        CancellationToken ct = TestContext.Current.CancellationToken;
        await using ToolProcess node = ToolProcess.Start("node", "--on-loopback", "--json", "--stop-with-input");

        Multiaddress[] addresses = Addresses(await node.Lines.ReadAsync(ct));

        Assert.Equal(2, addresses.Length);
        Assert.True(addresses[0].TryGetTcpEndPoint(out IPEndPoint? tcp));
        Assert.True(addresses[1].TryGetQuicEndPoint(out IPEndPoint? quic));
        Assert.Equal(tcp, quic);
        foreach (Multiaddress address in addresses)
            await BeServedAsync(address, ct);
        Assert.True(await node.StopAsync(TimeSpan.FromSeconds(10)));
        Assert.Equal(ExitCode.Success, node.ExitCode);
    }

    [Fact]
    public async Task Without_quics_libraries_a_node_that_is_told_no_address_listens_on_tcp_and_says_why_not_on_quic()
    {
        CancellationToken ct = TestContext.Current.CancellationToken;
        await using ToolProcess node = ToolProcess.Start(WithoutQuic, "node", "--on-loopback", "--quic-engine", "ngtcp2", "--json", "--stop-with-input");

        Multiaddress address = Assert.Single(Addresses(await node.Lines.ReadAsync(ct)));
        using JsonDocument second = JsonDocument.Parse(await node.Lines.ReadAsync(ct));

        Assert.True(address.TryGetTcpEndPoint(out _));
        Assert.Equal("quic-unavailable", second.RootElement.GetProperty("event").GetString());
        string reason = second.RootElement.GetProperty("reason").GetString()!;
        Assert.Contains("the test left it out", reason, StringComparison.Ordinal);
        Assert.Contains("libngtcp2-crypto-gnutls8", reason, StringComparison.Ordinal);
        await BeServedAsync(address, ct);
    }

    [Fact]
    public async Task Without_quics_libraries_a_node_that_is_told_a_quic_address_fails_and_names_the_packages()
    {
        CancellationToken ct = TestContext.Current.CancellationToken;
        await using ToolProcess node = ToolProcess.Start(
            WithoutQuic, "node", "--listen", "/ip4/127.0.0.1/tcp/0", "/ip4/127.0.0.1/udp/0/quic-v1", "--quic-engine", "ngtcp2", "--json", "--stop-with-input");

        await node.Lines.Completion.WaitAsync(ct);
        await node.StopAsync(TimeSpan.FromSeconds(10));

        Assert.Equal(ExitCode.Usage, node.ExitCode);
        Assert.Contains("Install the packages libngtcp2-16 and libngtcp2-crypto-gnutls8", node.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_port_that_is_taken_gives_way_to_a_free_one_on_each_transport()
    {
        QuicAvailability.Require();
        CancellationToken ct = TestContext.Current.CancellationToken;
        await using Libp2pHost first = await StartAsync(ct);
        await using Libp2pHost second = await StartAsync(ct);
        await DefaultListen.Loopback.ListenAsync(first, ct);
        Assert.True(first.ListenAddresses[0].TryGetTcpEndPoint(out IPEndPoint? taken));

        QuicUnavailableException? without = await new DefaultListen(IPAddress.Loopback, taken.Port).ListenAsync(second, ct);

        Assert.Null(without);
        Assert.True(second.ListenAddresses[0].TryGetTcpEndPoint(out IPEndPoint? tcp));
        Assert.True(second.ListenAddresses[1].TryGetQuicEndPoint(out IPEndPoint? quic));
        Assert.NotEqual(taken.Port, tcp.Port);
        Assert.NotEqual(taken.Port, quic.Port);
    }

    private static Task<Libp2pHost> StartAsync(CancellationToken cancellationToken) => Libp2pHost.StartAsync(
        new Libp2pHostOptions
        {
            Identity = HostIdentity.Generate(),
            ResourceManager = new ResourceManager(ResourceManagerLimits.Infinite),
        },
        cancellationToken);

    private static Multiaddress[] Addresses(string line)
    {
        using JsonDocument listening = JsonDocument.Parse(line);
        Assert.Equal("listening", listening.RootElement.GetProperty("event").GetString());
        return [.. listening.RootElement.GetProperty("addrs").EnumerateArray().Select(text => Multiaddress.Parse(text.GetString()!))];
    }

    private static async Task BeServedAsync(Multiaddress address, CancellationToken cancellationToken)
    {
        using HostIdentity identity = HostIdentity.Generate();
        await using BarePeer peer = await BarePeer.DialAsync(address, identity, cancellationToken);
        await EchoExchange.RunAsync(peer, cancellationToken);
    }
}
