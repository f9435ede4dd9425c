using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Rcmgr.Libp2p.Connections;
using Rcmgr.Libp2p.Identity;
using Rcmgr.Libp2p.Multiaddr;
using Rcmgr.Libp2p.Swarm;

namespace Rcmgr.Libp2p;

/// <summary>What a <see cref="Libp2pHost"/> is made of. Immutable.</summary>
public sealed record Libp2pHostOptions
{
    /// <summary>The identity the host proves. Stays the caller's: dispose it after the host.</summary>
    public required HostIdentity Identity { get; init; }

    /// <summary>Guards every connection and stream. Stays the caller's: dispose it after the host.</summary>
    public required ResourceManager ResourceManager { get; init; }

    /// <summary>
    /// Where to listen: <c>/ip4|ip6/…/tcp/…</c> or <c>/ip4|ip6/…/udp/…/quic-v1</c>; port 0 takes a free one. 0.0.0.0 and :: listen on every
    /// interface. None by default.
    /// </summary>
    public IReadOnlyList<Multiaddress> ListenAddresses { get; init; } = [];

    /// <summary>The security protocols, most preferred first: <c>/noise</c>, <c>/tls/1.0.0</c>.</summary>
    public IReadOnlyList<string> SecurityProtocols { get; init; } = ["/noise", "/tls/1.0.0"];

    /// <summary>
    /// What QUIC addresses are listened on and dialed with. Where it is missing they fail with
    /// <see cref="Transports.Quic.QuicUnavailableException"/>; TCP is not affected.
    /// </summary>
    public QuicEngine QuicEngine { get; init; }

    /// <summary>Who serves inbound streams, besides the host's own protocols.</summary>
    public IReadOnlyList<IStreamHandler> Handlers { get; init; } = [];

    /// <summary>How the host names itself to its peers.</summary>
    public string AgentVersion { get; init; } = "rcmgr/0.1.0";

    /// <summary>The time a connection may take from its first byte until it is authenticated and muxed.</summary>
    public TimeSpan HandshakeTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The time a stream may take to agree on its protocol.</summary>
    public TimeSpan NegotiationTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The time a remote may take to accept a raw connection, and the time a name may take to be looked up.</summary>
    public TimeSpan DialTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// The time a dial may wait for a free place when the manager's limits refuse its connection; zero, the default, does not wait. How many
    /// may wait is the manager's <see cref="ResourceManagerOptions.Waiting"/>.
    /// </summary>
    public TimeSpan OutboundSlotTimeout { get; init; }

    /// <summary>The time a stopping host waits for handlers and operations that do not end when told to.</summary>
    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Commands that may wait to be started; more are refused with <see cref="CommandQueueFullException"/>.</summary>
    public int CommandQueueCapacity { get; init; } = 1024;

    /// <summary>Events that may wait to be read; for more, the oldest make room.</summary>
    public int EventQueueCapacity { get; init; } = 1024;

    /// <summary>
    /// The soft limits that close connections when there are too many; null, the default, closes none. See
    /// <see cref="ConnectionManagerOptions.FitTo"/>.
    /// </summary>
    public ConnectionManagerOptions? ConnectionManager { get; init; }

    /// <summary>The clock.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Where the host logs to; nowhere by default.</summary>
    public ILoggerFactory LoggerFactory { get; init; } = NullLoggerFactory.Instance;
}
