using System.Net;
using System.Net.Sockets;
using Rcmgr.Libp2p.Identity;
using Rcmgr.Libp2p.Multiaddr;
using Rcmgr.Libp2p.Swarm;

namespace Rcmgr.Interop.Tests.Quic;

/// <summary>Two of our hosts over QUIC: what works, what is refused and how, and that nothing is left.</summary>
public sealed class QuicHostTests
{
    [Theory]
    [InlineData("/ip4/127.0.0.1/udp/0/quic-v1")]
    [InlineData("/ip4/0.0.0.0/udp/0/quic-v1")]
    [InlineData("/ip6/::1/udp/0/quic-v1")]
    public async Task Hosts_ping_identify_and_echo_over_quic(string listen)
    {
        QuicAvailability.Require();
        CancellationToken ct = TestContext.Current.CancellationToken;
        await using TestHost server = await QuicHosts.StartAsync(listen: listen);
        await using TestHost client = await QuicHosts.StartAsync();
        Multiaddress address = Multiaddress.Parse(server.Address.ToString().Replace("0.0.0.0", "127.0.0.1", StringComparison.Ordinal));

        PeerId peer = await client.Host.DialAsync(address, ct);
        for (int i = 0; i < 4; i++)
            await client.Host.PingAsync(peer, ct);
        var info = await client.Host.IdentifyAsync(peer, ct);
        await EchoClient.EchoAsync(client.Host, peer, streams: 8, bytesPerStream: 2 * 1024 * 1024);

        Assert.Equal(server.Host.PeerId, peer);
        Assert.Equal(server.Host.PeerId, info.PeerId);
        await client.Host.ClosePeerAsync(peer, ct);
        await server.ComesToHoldNothingAsync();
        await client.ComesToHoldNothingAsync();
    }

    [Fact]
    public async Task A_connection_that_the_manager_refuses_is_refused_at_its_first_packet_and_the_next_one_is_served()
    {
        QuicAvailability.Require();
        CancellationToken ct = TestContext.Current.CancellationToken;
        await using TestHost server = await QuicHosts.StartAsync();
        await using TestHost client = await QuicHosts.StartAsync();
        ResourceLimits limits = server.Manager.System.Limits;
        server.Manager.System.Limits = limits with { ConnectionsInbound = 0 };

        DialFailedException refused = await Assert.ThrowsAsync<DialFailedException>(() => client.Host.DialAsync(server.Address, ct));

        Assert.Contains("transport error 0x2", refused.Message, StringComparison.Ordinal);
        await server.ComesToHoldNothingAsync();
        server.Manager.System.Limits = limits;
        await using TestHost newcomer = await QuicHosts.StartAsync();
        await newcomer.Host.PingAsync(await newcomer.Host.DialAsync(server.Address, ct), ct);
    }

    [Fact]
    public async Task A_peer_that_may_have_no_connection_is_told_so_after_the_handshake()
    {
        QuicAvailability.Require();
        ResourceManagerLimits limits = TestHost.DefaultLimits;
        await using TestHost server = await QuicHosts.StartAsync(
            limits with { PeerDefault = limits.PeerDefault with { ConnectionsInbound = 0 } });
        await using TestHost client = await QuicHosts.StartAsync();

        // The client's handshake may be done before the server's decision arrives.
        Task<PeerId> dialing = client.Host.DialAsync(server.Address, TestContext.Current.CancellationToken);
        await Task.WhenAny(dialing);

        await client.ComesToHoldNothingAsync();
        await server.ComesToHoldNothingAsync();
        Assert.Equal(1, server.Manager.GetRefusalCounts().Where(refusal => refusal.Scope == ScopeKind.Peer).Sum(refusal => refusal.Count));
    }

    [Fact]
    public async Task Streams_beyond_the_peers_limit_are_reset_alone()
    {
        QuicAvailability.Require();
        CancellationToken ct = TestContext.Current.CancellationToken;
        ResourceManagerLimits limits = TestHost.DefaultLimits;
        await using TestHost server = await QuicHosts.StartAsync(
            limits with { PeerDefault = limits.PeerDefault with { StreamsInbound = 2 } });
        await using TestHost client = await QuicHosts.StartAsync();
        PeerId peer = await client.Host.DialAsync(server.Address, ct);
        await using PeerStream first = await client.Host.OpenStreamAsync(peer, "/echo/1.0.0", ct);
        await using PeerStream second = await client.Host.OpenStreamAsync(peer, "/echo/1.0.0", ct);

        for (int i = 0; i < 300; i++)
            await Assert.ThrowsAnyAsync<IOException>(() => client.Host.OpenStreamAsync(peer, "/echo/1.0.0", ct));

        await first.CloseAsync(ct);
        await second.CloseAsync(ct);
        await client.Host.PingAsync(peer, ct);
        await client.Host.ClosePeerAsync(peer, ct);
        await server.ComesToHoldNothingAsync();
    }

    [Fact]
    public async Task A_reader_that_never_reads_holds_no_more_than_the_window()
    {
        QuicAvailability.Require();
        CancellationToken ct = TestContext.Current.CancellationToken;
        TaskCompletionSource done = new();
        await using TestHost server = await QuicHosts.StartAsync(
            configure: options => options with { Handlers = [new SilentHandler(done.Task)] });
        await using TestHost client = await QuicHosts.StartAsync();
        PeerId peer = await client.Host.DialAsync(server.Address, ct);
        await using PeerStream stream = await client.Host.OpenStreamAsync(peer, SilentHandler.Protocol, ct);
        using CancellationTokenSource patience = new(TimeSpan.FromSeconds(1));
        long written = 0;
        byte[] chunk = new byte[64 * 1024];
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            while (true)
            {
                await stream.Stream.WriteAsync(chunk, patience.Token);
                written += chunk.Length;
            }
        });

        // A window at the receiver, and the sender's own buffer.
        Assert.InRange(written, 256 * 1024, 256 * 1024 + 512 * 1024 + 64 * 1024);
        await client.Host.PingAsync(peer, ct);
        done.SetResult();
        stream.Reset(0);
        await client.Host.ClosePeerAsync(peer, ct);
        await server.ComesToHoldNothingAsync();
        await client.ComesToHoldNothingAsync();
    }

    [Fact]
    public async Task Hundreds_of_streams_one_after_the_other_get_their_credit_back()
    {
        QuicAvailability.Require();
        CancellationToken ct = TestContext.Current.CancellationToken;
        await using TestHost server = await QuicHosts.StartAsync();
        await using TestHost client = await QuicHosts.StartAsync();
        PeerId peer = await client.Host.DialAsync(server.Address, ct);

        for (int i = 0; i < 600; i++)
            await client.Host.PingAsync(peer, ct);

        await client.Host.ClosePeerAsync(peer, ct);
        await server.ComesToHoldNothingAsync();
        await client.ComesToHoldNothingAsync();
    }

    [Fact]
    public async Task A_dial_of_another_peer_than_the_one_that_answers_fails()
    {
        QuicAvailability.Require();
        await using TestHost server = await QuicHosts.StartAsync();
        await using TestHost client = await QuicHosts.StartAsync();
        using HostIdentity other = HostIdentity.Generate();

        await Assert.ThrowsAsync<DialFailedException>(
            () => client.Host.DialAsync(server.Address.WithPeer(other.PeerId), TestContext.Current.CancellationToken));

        await client.ComesToHoldNothingAsync();
        await server.ComesToHoldNothingAsync();
    }

    [Fact]
    public async Task A_name_leads_to_a_host_that_listens_on_quic()
    {
        QuicAvailability.Require();
        CancellationToken ct = TestContext.Current.CancellationToken;
        await using TestHost server = await QuicHosts.StartAsync();
        await using TestHost client = await QuicHosts.StartAsync();
        Multiaddress address = Multiaddress.Parse($"/dns4/localhost/udp/{server.EndPoint().Port}/quic-v1/p2p/{server.Host.PeerId}");

        await client.Host.PingAsync(await client.Host.DialAsync(address, ct), ct);

        await client.Host.ClosePeerAsync(server.Host.PeerId, ct);
        await client.ComesToHoldNothingAsync();
        await server.ComesToHoldNothingAsync();
    }

    [Fact]
    public async Task A_dial_where_nobody_listens_fails_at_once()
    {
        QuicAvailability.Require();
        await using TestHost client = await QuicHosts.StartAsync();
        using Socket unused = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        unused.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        Multiaddress address = Multiaddress.FromQuic((IPEndPoint)unused.LocalEndPoint!);
        unused.Dispose();

        DialFailedException failed = await Assert.ThrowsAsync<DialFailedException>(
            () => client.Host.DialAsync(address, TestContext.Current.CancellationToken));

        Assert.Contains("nobody listens", failed.Message, StringComparison.Ordinal);
        await client.ComesToHoldNothingAsync();
    }

    [Fact]
    public async Task A_stopping_host_tells_its_peers_and_leaves_nothing()
    {
        QuicAvailability.Require();
        CancellationToken ct = TestContext.Current.CancellationToken;
        TestHost server = await QuicHosts.StartAsync();
        await using TestHost client = await QuicHosts.StartAsync();
        PeerId peer = await client.Host.DialAsync(server.Address, ct);
        await client.Host.PingAsync(peer, ct);

        await server.DisposeAsync();

        await server.ComesToHoldNothingAsync();
        await client.ComesToHoldNothingAsync();
        Assert.Empty(client.Host.ConnectedPeers);
    }
}
