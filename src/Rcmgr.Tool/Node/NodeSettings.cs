using System.Net;
using Rcmgr.Libp2p;
using Rcmgr.Libp2p.Multiaddr;

namespace Rcmgr.Tool.Node;

/// <summary>What the command line asks of a node.</summary>
/// <param name="Listen">Where it was told to listen; nowhere for the default.</param>
/// <param name="DefaultListen">Where it listens when it was told nothing.</param>
/// <param name="HandshakeTimeout">How long an inbound connection may take to be authenticated; null for the host's default.</param>
/// <param name="LimitsPath">A file of partial limits over the auto-scaled defaults; null for the defaults alone.</param>
/// <param name="LenientLimits">Whether the limits file is read as other implementations do.</param>
/// <param name="KeyPath">The file of its identity, made when missing; null for an identity that lasts as long as the node.</param>
/// <param name="Admin">Where the admin endpoint listens; null for none.</param>
/// <param name="ConnectionLimits">Which connections are admitted by the address they come from.</param>
/// <param name="ConnectionLimitsPath">A file that is laid over them; null for none.</param>
/// <param name="Allowlist">Who is exempt from that, and may connect when the node is full.</param>
/// <param name="QuicEngine">What QUIC runs on.</param>
/// <param name="Json">Whether events are JSON lines.</param>
/// <param name="ObserveOnly">Whether the limits only count what they would refuse.</param>
internal sealed record NodeSettings(
    IReadOnlyList<Multiaddress> Listen,
    DefaultListen DefaultListen,
    TimeSpan? HandshakeTimeout,
    string? LimitsPath,
    bool LenientLimits,
    string? KeyPath,
    IPEndPoint? Admin,
    ConnectionLimits ConnectionLimits,
    string? ConnectionLimitsPath,
    Allowlist Allowlist,
    QuicEngine QuicEngine,
    bool Json,
    bool ObserveOnly);
