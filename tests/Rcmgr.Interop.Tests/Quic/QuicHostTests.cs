using System.Net;
using System.Net.Sockets;
using Rcmgr.Libp2p;
using Rcmgr.Libp2p.Identity;
using Rcmgr.Libp2p.Multiaddr;
using Rcmgr.Libp2p.Muxing;
using Rcmgr.Libp2p.Swarm;
using Rcmgr.Libp2p.Transports.Quic;

namespace Rcmgr.Interop.Tests.Quic;

/// <summary>Two of our hosts over QUIC, on every engine: what works, what is refused and how, and that nothing is left.</summary>
public sealed class QuicHostTests
{
    public static TheoryData<QuicEngine> Engines { get; } = [.. QuicAvailability.Engines];

    public static MatrixTheoryData<QuicEngine, string> EnginesAndAddresses { get; } = new(
        QuicAvailability.Engines, ["/ip4/127.0.0.1/udp/0/quic-v1", "/ip4/0.0.0.0/udp/0/quic-v1", "/ip6/::1/udp/0/quic-v1"]);

    [Theory]
    [MemberData(nameof(EnginesAndAddresses))]
    public async Task Hosts_ping_identify_and_echo_over_quic(QuicEngine engine, string listen)
    {
        CancellationToken ct = TestContext.Current.CancellationToken;
        await using QuicPair hosts = await QuicPair.StartAsync(engine, listen: listen);
        string address = hosts.Server.Address.ToString().Replace("0.0.0.0", "127.0.0.1", StringComparison.Ordinal);

        PeerId peer = await hosts.Client.Host.DialAsync(Multiaddress.Parse(address), ct);
        for (int i = 0; i < 4; i++)
            await hosts.Client.Host.PingAsync(peer, ct);
        var info = await hosts.Client.Host.IdentifyAsync(peer, ct);
        await EchoClient.EchoAsync(hosts.Client.Host, peer, streams: 8, bytesPerStream: 2 * 1024 * 1024);

        Assert.Equal(hosts.Server.Host.PeerId, peer);
        Assert.Equal(hosts.Server.Host.PeerId, info.PeerId);
        await hosts.EndAsync();
    }

    [Theory]
    [InlineData(QuicEngine.Ngtcp2, "transport error 0x2")]
    // The platform can send no code of ours: the client's user seems to have cancelled.
    [InlineData(QuicEngine.MsQuic, "TLS handshake failed")]
    public async Task A_connection_that_the_manager_refuses_is_refused_at_its_first_packet_and_the_next_one_is_served(
        QuicEngine engine, string told)
    {
        CancellationToken ct = TestContext.Current.CancellationToken;
        await using QuicPair hosts = await QuicPair.StartAsync(engine);
        ResourceLimits limits = hosts.Server.Manager.System.Limits;
        hosts.Server.Manager.System.Limits = limits with { ConnectionsInbound = 0 };

        DialFailedException refused = await Assert.ThrowsAsync<DialFailedException>(hosts.DialAsync);

        Assert.Contains(told, refused.Message, StringComparison.Ordinal);
        await hosts.ComeToHoldNothingAsync();
        hosts.Server.Manager.System.Limits = limits;
        await using TestHost newcomer = await QuicHosts.StartAsync(engine: engine);
        await newcomer.Host.PingAsync(await newcomer.Host.DialAsync(hosts.Server.Address, ct), ct);
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public async Task A_connection_whose_windows_the_manager_refuses_is_closed_after_the_handshake(QuicEngine engine)
    {
        await using QuicPair hosts = await QuicPair.StartAsync(engine, limits => limits with
        {
            Connection = limits.Connection with { Memory = 256 * 1024 },
        });

        // The client's handshake may be done before the server's decision arrives.
        Task<PeerId> dialing = hosts.DialAsync();
        await Task.WhenAny(dialing);

        await hosts.ComeToHoldNothingAsync();
        Assert.Contains(hosts.Server.Manager.GetRefusalCounts(), refusal => refusal.Scope == ScopeKind.Connection);
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public async Task A_peer_that_may_have_no_connection_is_told_so_after_the_handshake(QuicEngine engine)
    {
        await using QuicPair hosts = await QuicPair.StartAsync(
            engine, limits => limits with { PeerDefault = limits.PeerDefault with { ConnectionsInbound = 0 } });

        Task<PeerId> dialing = hosts.DialAsync();
        await Task.WhenAny(dialing);

        await hosts.ComeToHoldNothingAsync();
        Assert.Equal(
            1, hosts.Server.Manager.GetRefusalCounts().Where(refusal => refusal.Scope == ScopeKind.Peer).Sum(refusal => refusal.Count));
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public async Task Streams_beyond_the_peers_limit_are_reset_alone(QuicEngine engine)
    {
        CancellationToken ct = TestContext.Current.CancellationToken;
        await using QuicPair hosts = await QuicPair.StartAsync(
            engine, limits => limits with { PeerDefault = limits.PeerDefault with { StreamsInbound = 2 } });
        PeerId peer = await hosts.DialAsync();
        await using PeerStream first = await hosts.Client.Host.OpenStreamAsync(peer, "/echo/1.0.0", ct);
        await using PeerStream second = await hosts.Client.Host.OpenStreamAsync(peer, "/echo/1.0.0", ct);

        for (int i = 0; i < 300; i++)
            await Assert.ThrowsAnyAsync<IOException>(() => hosts.Client.Host.OpenStreamAsync(peer, "/echo/1.0.0", ct));

        await first.CloseAsync(ct);
        await second.CloseAsync(ct);
        await hosts.Client.Host.PingAsync(peer, ct);
        await hosts.EndAsync();
    }

    [Theory]
    // A window at the receiver, and the sender's own buffer.
    [InlineData(QuicEngine.Ngtcp2, 256 * 1024, (256 + 512 + 64) * 1024)]
    // The connection's window, up to which the platform grows a stream's, and what it reads ahead.
    [InlineData(QuicEngine.MsQuic, 256 * 1024, (512 + 64 + 64) * 1024)]
    public async Task A_reader_that_never_reads_holds_no_more_than_is_charged_for_it(QuicEngine engine, int least, int most)
    {
        CancellationToken ct = TestContext.Current.CancellationToken;
        TaskCompletionSource done = new();
        await using QuicPair hosts = await QuicPair.StartAsync(
            engine, configure: options => options with { Handlers = [new SilentHandler(done.Task)] });
        PeerId peer = await hosts.DialAsync();
        await using PeerStream stream = await hosts.Client.Host.OpenStreamAsync(peer, SilentHandler.Protocol, ct);
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

        Assert.InRange(written, least, most);
        await hosts.Client.Host.PingAsync(peer, ct);
        done.SetResult();
        stream.Reset(0);
        await hosts.EndAsync();
    }

    [Theory]
    [InlineData(QuicEngine.Ngtcp2)]
    public async Task Bytes_that_a_dispose_drops_are_not_taken_for_the_end(QuicEngine engine)
    {
        CancellationToken ct = TestContext.Current.CancellationToken;
        DroppingHandler handler = new();
        await using QuicPair hosts = await QuicPair.StartAsync(engine, configure: options => options with { Handlers = [handler] });
        PeerId peer = await hosts.DialAsync();
        PeerStream stream = await hosts.Client.Host.OpenStreamAsync(peer, DroppingHandler.Protocol, ct);
        await stream.Stream.WriteAsync(new byte[] { 1, 2, 3 }, ct);
        await stream.CloseWriteAsync(ct);

        Assert.IsType<StreamResetException>(await handler.Outcome.WaitAsync(ct));
        await stream.DisposeAsync();
        await hosts.EndAsync();
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public async Task Hundreds_of_streams_one_after_the_other_get_their_credit_back(QuicEngine engine)
    {
        await using QuicPair hosts = await QuicPair.StartAsync(engine);
        PeerId peer = await hosts.DialAsync();

        for (int i = 0; i < 600; i++)
            await hosts.Client.Host.PingAsync(peer, TestContext.Current.CancellationToken);

        await hosts.EndAsync();
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public async Task An_open_that_is_given_up_for_want_of_credit_leaves_the_connection_as_it_was(QuicEngine engine)
    {
        CancellationToken ct = TestContext.Current.CancellationToken;
        TaskCompletionSource done = new();
        await using QuicPair hosts = await QuicPair.StartAsync(
            engine, _ => ResourceManagerLimits.Infinite, configure: options => options with { Handlers = [new SilentHandler(done.Task)] },
            clientLimits: ResourceManagerLimits.Infinite);
        PeerId peer = await hosts.DialAsync();
        List<PeerStream> held = [];
        for (int i = 0; i < QuicOptions.Default.MaxInboundStreams; i++)
            held.Add(await hosts.Client.Host.OpenStreamAsync(peer, SilentHandler.Protocol, ct));

        for (int i = 0; i < 20; i++)
        {
            using CancellationTokenSource patience = new(TimeSpan.FromMilliseconds(20));
            await Assert.ThrowsAnyAsync<OperationCanceledException>(
                () => hosts.Client.Host.OpenStreamAsync(peer, SilentHandler.Protocol, patience.Token));
        }

        done.SetResult();
        foreach (PeerStream stream in held)
            await stream.DisposeAsync();
        await hosts.Client.Host.PingAsync(peer, ct);
        await hosts.EndAsync();
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public async Task A_dial_of_another_peer_than_the_one_that_answers_fails(QuicEngine engine)
    {
        await using QuicPair hosts = await QuicPair.StartAsync(engine);
        using HostIdentity other = HostIdentity.Generate();

        await Assert.ThrowsAsync<DialFailedException>(() => hosts.Client.Host.DialAsync(
            hosts.Server.Address.WithPeer(other.PeerId), TestContext.Current.CancellationToken));

        await hosts.ComeToHoldNothingAsync();
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public async Task A_name_leads_to_a_host_that_listens_on_quic(QuicEngine engine)
    {
        CancellationToken ct = TestContext.Current.CancellationToken;
        await using QuicPair hosts = await QuicPair.StartAsync(engine);
        Multiaddress address = Multiaddress.Parse($"/dns4/localhost/udp/{hosts.Server.EndPoint().Port}/quic-v1/p2p/{hosts.Server.Host.PeerId}");

        await hosts.Client.Host.PingAsync(await hosts.Client.Host.DialAsync(address, ct), ct);

        await hosts.EndAsync();
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public async Task A_dial_where_nobody_listens_fails_at_once(QuicEngine engine)
    {
        await using TestHost client = await QuicHosts.StartAsync(engine: engine);
        using Socket unused = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        unused.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        Multiaddress address = Multiaddress.FromQuic((IPEndPoint)unused.LocalEndPoint!);
        unused.Dispose();

        DialFailedException failed = await Assert.ThrowsAsync<DialFailedException>(
            () => client.Host.DialAsync(address, TestContext.Current.CancellationToken));

        Assert.Contains("nobody listens", failed.Message, StringComparison.OrdinalIgnoreCase);
        await client.ComesToHoldNothingAsync();
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public async Task A_stopping_host_tells_its_peers_and_leaves_nothing(QuicEngine engine)
    {
        await using QuicPair hosts = await QuicPair.StartAsync(engine);
        PeerId peer = await hosts.DialAsync();
        await hosts.Client.Host.PingAsync(peer, TestContext.Current.CancellationToken);

        await hosts.Server.DisposeAsync();

        await hosts.ComeToHoldNothingAsync();
        Assert.Empty(hosts.Client.Host.ConnectedPeers);
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public async Task A_host_whose_peer_has_vanished_stops_and_leaves_nothing(QuicEngine engine)
    {
        CancellationToken ct = TestContext.Current.CancellationToken;
        await using QuicPair hosts = await QuicPair.StartAsync(engine);
        UdpRelay relay = new(hosts.Server.EndPoint(), new RelayFaults());
        PeerId peer = await hosts.Client.Host.DialAsync(hosts.Server.Through(relay), ct);
        await using PeerStream stream = await hosts.Client.Host.OpenStreamAsync(peer, "/echo/1.0.0", ct);

        await relay.DisposeAsync();
        await hosts.Client.DisposeAsync();
        await hosts.Server.DisposeAsync();

        await hosts.ComeToHoldNothingAsync();
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public async Task An_address_that_is_taken_cannot_be_listened_on(QuicEngine engine)
    {
        await using TestHost first = await QuicHosts.StartAsync(engine: engine);

        await Assert.ThrowsAsync<SocketException>(
            () => QuicHosts.StartAsync(listen: first.Address.WithoutPeer()!.ToString(), engine: engine));
    }

    /// <summary>Disposes a stream whose remote has finished, bytes unread, before the remote knows of our end; and reads on.</summary>
    private sealed class DroppingHandler : IStreamHandler
    {
        public const string Protocol = "/dropping/1.0.0";

        private readonly TaskCompletionSource<Exception?> _outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public string ProtocolId => Protocol;

        public Task<Exception?> Outcome => _outcome.Task;

        public async ValueTask HandleAsync(PeerStream stream, CancellationToken cancellationToken)
        {
            await stream.Stream.ReadExactlyAsync(new byte[1], cancellationToken);
            // The end follows at once; were it not here by then, the dispose would be a reset, which fails a read as well.
            await Task.Delay(100, cancellationToken);
            await stream.CloseWriteAsync(cancellationToken);
            await stream.DisposeAsync();
            _outcome.SetResult(await Record.ExceptionAsync(async () => await stream.Stream.ReadExactlyAsync(new byte[1], cancellationToken)));
        }
    }
}
