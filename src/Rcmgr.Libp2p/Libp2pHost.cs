using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Rcmgr.Libp2p.Identity;
using Rcmgr.Libp2p.Multiaddr;
using Rcmgr.Libp2p.Protocols;
using Rcmgr.Libp2p.Security;
using Rcmgr.Libp2p.Security.Noise;
using Rcmgr.Libp2p.Security.Tls;
using Rcmgr.Libp2p.Swarm;
using Rcmgr.Libp2p.Transports;

namespace Rcmgr.Libp2p;

/// <summary>
/// A libp2p host over TCP and QUIC whose every connection, stream and buffer is reserved with the resource manager before it exists
/// (specification §8). All members are safe to use from several threads.
/// </summary>
public sealed partial class Libp2pHost : IAsyncDisposable
{
    private const string ProtocolVersion = "ipfs/0.1.0";

    private readonly Libp2pHostOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly NoiseProtocol _noise;
    private readonly TlsProtocol _tls;
    private readonly SwarmEventQueue _events;
    private readonly HostSwarm _swarm;

    private Libp2pHost(Libp2pHostOptions options)
    {
        _options = options;
        _time = options.TimeProvider;
        PeerId = options.Identity.PeerId;
        ResourceManager = options.ResourceManager;
        _noise = new NoiseProtocol(options.Identity, [ConnectionUpgrader.Yamux]);
        _tls = new TlsProtocol(options.Identity, [ConnectionUpgrader.Yamux], options.TimeProvider);
        _events = new SwarmEventQueue(options.EventQueueCapacity);
        _logger = options.LoggerFactory.CreateLogger<Libp2pHost>();
        ConnectionUpgrader upgrader = new(SelectSecurity(options), options.HandshakeTimeout, options.TimeProvider, _logger);
        _swarm = new HostSwarm(options, upgrader, new SwarmContext(options, ResourceManager, CreateHandlers(options), _events, _logger));
    }

    /// <summary>The identity of this host.</summary>
    public PeerId PeerId { get; }

    /// <summary>What guards this host.</summary>
    public ResourceManager ResourceManager { get; }

    /// <summary>
    /// Where the host listens, with the ports that it got and its identity. In place of 0.0.0.0 and :: stand the addresses, at most 16 each,
    /// that the machine's interfaces had when the host began to listen there.
    /// </summary>
    public IReadOnlyList<Multiaddress> ListenAddresses => [.. _swarm.ListenAddresses.Select(address => address.WithPeer(PeerId))];

    /// <summary>The peers that the host is connected to.</summary>
    public IReadOnlyList<PeerId> ConnectedPeers => _swarm.ConnectedPeers;

    /// <summary>What happens to connections and streams. Ends when the host has stopped.</summary>
    public ChannelReader<SwarmEvent> Events => _events.Reader;

    /// <summary>Events that had to make room before they were read.</summary>
    public long DroppedEvents => _events.Dropped;

    internal HostSwarm Swarm => _swarm;

    /// <summary>Starts a host and listens on all addresses of <paramref name="options"/>.</summary>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    /// <exception cref="System.Net.Sockets.SocketException">An address cannot be listened on.</exception>
    /// <exception cref="NotSupportedException">An address is of neither TCP nor QUIC, or QUIC is not available.</exception>
    public static async Task<Libp2pHost> StartAsync(Libp2pHostOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        Libp2pHost host = new(options);
        try
        {
            host._swarm.Start();
            foreach (Multiaddress address in options.ListenAddresses)
                await host._swarm.ListenAsync(address, cancellationToken);
            return host;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    /// <summary>Listens on a further address, and tells the connected peers in the background.</summary>
    /// <returns>The address with the port that it got; for 0.0.0.0 and ::, the first of those that it stands for.</returns>
    /// <exception cref="System.Net.Sockets.SocketException">The address cannot be listened on.</exception>
    /// <exception cref="NotSupportedException">The address is of neither TCP nor QUIC, or QUIC is not available.</exception>
    /// <exception cref="CommandQueueFullException">Too many commands are waiting.</exception>
    /// <exception cref="HostStoppedException">The host was stopped.</exception>
    public async Task<Multiaddress> ListenAsync(Multiaddress address, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(address);
        Multiaddress actual = await _swarm.ListenAsync(address, cancellationToken);
        foreach (PeerId peer in ConnectedPeers)
            _swarm.TryRun(token => PushAsync(peer, token));
        return actual.WithPeer(PeerId);
    }

    /// <summary>
    /// Connects to the peer at <paramref name="address"/>, and to no other when the address names it. A connection that exists to a
    /// named peer is used again; dials that run at the same time make a connection each. Names (<c>/dns</c>, <c>/dns4</c>, <c>/dns6</c>)
    /// are looked up, and their first four addresses are tried one after the other, each paid for by itself.
    /// </summary>
    /// <exception cref="ResourceLimitExceededException">The own resource manager refused; nothing was sent.</exception>
    /// <exception cref="DialFailedException">The network or the remote failed, or a name has no address; the cause is inside.</exception>
    /// <exception cref="NotSupportedException">The address is not of TCP, or is of a kind that is not resolved (<c>/dnsaddr</c>), or is the host's own.</exception>
    /// <exception cref="CommandQueueFullException">Too many commands are waiting.</exception>
    /// <exception cref="HostStoppedException">The host was stopped.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> fired.</exception>
    public Task<PeerId> DialAsync(Multiaddress address, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(address);
        return _swarm.DialAsync(address, cancellationToken);
    }

    /// <summary>
    /// Connects to <paramref name="peer"/> at whichever of its addresses answers first: all QUIC addresses are tried at once, TCP a
    /// quarter of a second later or when QUIC has failed. Every attempt is reserved by itself; all but the first that succeeds are
    /// given up and released. A connection that exists is used again.
    /// </summary>
    /// <exception cref="ResourceLimitExceededException">The own resource manager refused every attempt.</exception>
    /// <exception cref="DialFailedException">
    /// No address led to the peer; the cause is inside, an <see cref="AggregateException"/> when there are several.
    /// </exception>
    /// <exception cref="CommandQueueFullException">Too many commands are waiting.</exception>
    /// <exception cref="HostStoppedException">The host was stopped.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> fired.</exception>
    public Task<PeerId> DialAsync(PeerId peer, IReadOnlyList<Multiaddress> addresses, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(peer);
        ArgumentNullException.ThrowIfNull(addresses);
        return _swarm.DialAnyAsync(peer, addresses, cancellationToken);
    }

    /// <summary>Opens a stream to a connected peer and agrees on <paramref name="protocol"/>. Dispose the stream at its end.</summary>
    /// <exception cref="ResourceLimitExceededException">The own resource manager refused.</exception>
    /// <exception cref="NotConnectedException">There is no connection to the peer.</exception>
    /// <exception cref="IOException">The remote refused the stream or the protocol, or the connection is over.</exception>
    /// <exception cref="TimeoutException">The remote did not answer in time.</exception>
    /// <exception cref="CommandQueueFullException">Too many commands are waiting.</exception>
    /// <exception cref="HostStoppedException">The host was stopped.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> fired.</exception>
    public Task<PeerStream> OpenStreamAsync(PeerId peer, string protocol, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(peer);
        ArgumentException.ThrowIfNullOrEmpty(protocol);
        return _swarm.OpenStreamAsync(peer, protocol, cancellationToken);
    }

    /// <summary>Measures one round trip to a connected peer with the ping protocol.</summary>
    /// <exception cref="ResourceLimitExceededException">The own resource manager refused.</exception>
    /// <exception cref="PingException">The peer did not answer, or wrongly.</exception>
    /// <exception cref="NotConnectedException">There is no connection to the peer.</exception>
    /// <exception cref="IOException">The remote refused the stream, or the connection is over.</exception>
    public async Task<TimeSpan> PingAsync(PeerId peer, CancellationToken cancellationToken)
    {
        await using PeerStream stream = await OpenStreamAsync(peer, Ping.ProtocolId, cancellationToken);
        TimeSpan roundTrip = await Ping.RoundTripAsync(stream, _time, cancellationToken);
        await stream.CloseAsync(cancellationToken);
        return roundTrip;
    }

    /// <summary>Asks a connected peer to describe itself.</summary>
    /// <exception cref="ResourceLimitExceededException">The own resource manager refused.</exception>
    /// <exception cref="IdentifyException">The description is not acceptable, or did not come.</exception>
    /// <exception cref="NotConnectedException">There is no connection to the peer.</exception>
    /// <exception cref="IOException">The remote refused the stream, or the connection is over.</exception>
    public async Task<IdentifyInfo> IdentifyAsync(PeerId peer, CancellationToken cancellationToken)
    {
        await using PeerStream stream = await OpenStreamAsync(peer, Identify.ProtocolId, cancellationToken);
        return await Identify.ReadAsync(stream, _time, cancellationToken);
    }

    /// <summary>Closes a stream gracefully through the host, which waits for it when it stops.</summary>
    /// <exception cref="CommandQueueFullException">Too many commands are waiting.</exception>
    /// <exception cref="HostStoppedException">The host was stopped.</exception>
    public Task CloseStreamAsync(PeerStream stream, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(stream);
        return _swarm.CloseStreamAsync(stream, cancellationToken);
    }

    /// <summary>Closes every connection to <paramref name="peer"/>; none is no error.</summary>
    /// <exception cref="CommandQueueFullException">Too many commands are waiting.</exception>
    /// <exception cref="HostStoppedException">The host was stopped.</exception>
    public Task ClosePeerAsync(PeerId peer, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(peer);
        return _swarm.ClosePeerAsync(peer, ConnectionErrorCode.None, cancellationToken);
    }

    /// <summary>
    /// Stops: accepts no more, tells every peer, ends all connections and streams and waits for their handlers, within a bounded time.
    /// Afterwards the host holds nothing, but for handlers that ignore their token. May be called again.
    /// </summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _swarm.StopAsync().WaitAsync(cancellationToken);
        _noise.Dispose();
        _tls.Dispose();
    }

    /// <summary>Stops as <see cref="StopAsync"/> does.</summary>
    public async ValueTask DisposeAsync() => await StopAsync(CancellationToken.None);

    private List<IStreamHandler> CreateHandlers(Libp2pHostOptions options) =>
    [
        new IdentifyHandler(Describe, _time),
        new IdentifyPushHandler(info => _events.Publish(new PeerChangedEvent(info)), _time),
        new PingHandler(_time),
        new EchoHandler(_time),
        .. options.Handlers,
    ];

    private async Task PushAsync(PeerId peer, CancellationToken cancellationToken)
    {
        try
        {
            await using PeerStream stream = await OpenStreamAsync(peer, IdentifyPush.ProtocolId, cancellationToken);
            await IdentifyPush.SendAsync(stream, Describe(), _time, cancellationToken);
        }
        catch (Exception e)
        {
            // A peer that does not take it, and a host without room to tell it, lose nothing but the news.
            LogPushFailed(_logger, peer, e.Message);
        }
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "The new addresses did not reach {Peer}: {Reason}")]
    private static partial void LogPushFailed(ILogger logger, PeerId peer, string reason);

    private IdentifyInfo Describe() => new()
    {
        PeerId = PeerId,
        PublicKey = _options.Identity.PublicKey,
        ListenAddresses = [.. _swarm.ListenAddresses.Take(IdentifyInfo.MaxAddresses)],
        Protocols = [.. _swarm.Protocols],
        ProtocolVersion = ProtocolVersion,
        AgentVersion = _options.AgentVersion,
    };

    private List<ISecurityProtocol> SelectSecurity(Libp2pHostOptions options) => [.. options.SecurityProtocols.Select(Find)];

    private ISecurityProtocol Find(string protocolId) => protocolId switch
    {
        "/noise" => _noise,
        "/tls/1.0.0" => _tls,
        _ => throw new ArgumentException($"There is no security protocol {protocolId}."),
    };
}
