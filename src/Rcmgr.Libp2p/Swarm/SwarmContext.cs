using System.Collections.Frozen;
using Microsoft.Extensions.Logging;
using Rcmgr.Libp2p.Connections;
using Rcmgr.Libp2p.Identity;
using Rcmgr.Libp2p.Muxing;
using Rcmgr.Libp2p.Transports.Quic;

namespace Rcmgr.Libp2p.Swarm;

/// <summary>What all connections of one host share.</summary>
internal sealed class SwarmContext
{
    public SwarmContext(
        Libp2pHostOptions options, ResourceManager resourceManager, IEnumerable<IStreamHandler> handlers, SwarmEventQueue events, ILogger logger)
    {
        ResourceManager = resourceManager;
        Handlers = handlers.ToFrozenDictionary(handler => handler.ProtocolId);
        Protocols = Handlers.Keys.ToFrozenSet();
        NegotiationTimeout = options.NegotiationTimeout;
        Time = options.TimeProvider;
        Events = events;
        ConnectionManager = options.ConnectionManager is { } trimming ? new ConnectionManager(trimming, options.TimeProvider) : null;
        Logger = logger;
        QuicOptions quic = QuicOptions.Default with { HandshakeTimeout = options.HandshakeTimeout };
        Quic = new LazyQuicEngine(() => QuicEngines
            .Choose(options.QuicEngine, QuicEngines.All(options.Identity, quic, options.TimeProvider, logger))
            .Create());
    }

    public ResourceManager ResourceManager { get; }

    public FrozenDictionary<string, IStreamHandler> Handlers { get; }

    /// <summary>The protocols that inbound streams may choose.</summary>
    public FrozenSet<string> Protocols { get; }

    public TimeSpan NegotiationTimeout { get; }

    public TimeProvider Time { get; }

    public SwarmEventQueue Events { get; }

    public ILogger Logger { get; }

    /// <summary>Names the connections to close; null when the host never trims.</summary>
    public ConnectionManager? ConnectionManager { get; }

    /// <summary>Makes and accepts QUIC connections. Nothing of it exists before its first use.</summary>
    public IQuicEngine Quic { get; }

    /// <summary>The budget of a new session with <paramref name="peer"/>.</summary>
    public IStreamBudget CreateBudget(PeerId peer, ResourceScope peerScope) =>
        new PeerScopeBudget(peerScope, refusal => Events.Publish(new StreamRefusedEvent(peer, Direction.Inbound, refusal)));
}
