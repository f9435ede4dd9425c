using System.Net;
using System.Net.Sockets;
using Rcmgr.Libp2p;
using Rcmgr.Libp2p.Identity;
using Rcmgr.Libp2p.Multiaddr;
using Rcmgr.Libp2p.Swarm;

namespace Rcmgr.Interop.Tests.Quic;

/// <summary>Dialing several addresses of one peer.</summary>
public sealed class ManyAddressesTests
{
    public static TheoryData<QuicEngine> Engines { get; } = [.. QuicAvailability.Engines];

    [Theory]
    [MemberData(nameof(Engines))]
    public async Task Quic_wins_over_tcp_and_only_one_connection_is_left(QuicEngine engine)
    {
        CancellationToken ct = TestContext.Current.CancellationToken;
        await using TestHost server = await StartBothAsync(engine);
        await using TestHost client = await QuicHosts.StartAsync(engine: engine);

        PeerId peer = await client.Host.DialAsync(server.Host.PeerId, server.Host.ListenAddresses, ct);

        ConnectionOpenedEvent opened = await OpenedAsync(client);
        Assert.True(opened.RemoteAddress.TryGetQuicEndPoint(out _), $"{opened.RemoteAddress}");
        await Eventually.HoldsAsync(() => client.Manager.System.Usage.ConnectionsOutbound == 1, () => "more than one connection is held");
        await client.Host.PingAsync(peer, ct);
        await client.Host.ClosePeerAsync(peer, ct);
        await client.ComesToHoldNothingAsync();
        await server.ComesToHoldNothingAsync();
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public async Task Tcp_takes_over_where_nobody_listens_on_quic(QuicEngine engine)
    {
        CancellationToken ct = TestContext.Current.CancellationToken;
        await using TestHost server = await TestHost.StartAsync();
        await using TestHost client = await QuicHosts.StartAsync(engine: engine);

        PeerId peer = await client.Host.DialAsync(server.Host.PeerId, [DeadQuicAddress(), server.Address], ct);

        Assert.True((await OpenedAsync(client)).RemoteAddress.TryGetTcpEndPoint(out _));
        await client.Host.ClosePeerAsync(peer, ct);
        await client.ComesToHoldNothingAsync();
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public async Task A_refusal_by_the_own_manager_is_told_apart_from_dead_addresses(QuicEngine engine)
    {
        CancellationToken ct = TestContext.Current.CancellationToken;
        await using TestHost server = await StartBothAsync(engine);
        await using TestHost client = await QuicHosts.StartAsync(engine: engine);

        await Assert.ThrowsAsync<DialFailedException>(() => client.Host.DialAsync(server.Host.PeerId, [DeadQuicAddress()], ct));
        client.Manager.System.Limits = client.Manager.System.Limits with { ConnectionsOutbound = 0 };
        await Assert.ThrowsAsync<ResourceLimitExceededException>(
            () => client.Host.DialAsync(server.Host.PeerId, server.Host.ListenAddresses, ct));

        await client.ComesToHoldNothingAsync();
    }

    private static Task<TestHost> StartBothAsync(QuicEngine engine) => QuicHosts.StartAsync(
        engine: engine,
        configure: options => options with { ListenAddresses = [Multiaddress.Parse("/ip4/127.0.0.1/tcp/0"), .. options.ListenAddresses] });

    private static Multiaddress DeadQuicAddress()
    {
        using Socket unused = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        unused.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return Multiaddress.FromQuic((IPEndPoint)unused.LocalEndPoint!);
    }

    private static async Task<ConnectionOpenedEvent> OpenedAsync(TestHost host)
    {
        await foreach (SwarmEvent occurred in host.Host.Events.ReadAllAsync(TestContext.Current.CancellationToken))
        {
            if (occurred is ConnectionOpenedEvent opened)
                return opened;
        }

        throw new InvalidOperationException("No connection was reported.");
    }
}
