using System.Collections.Immutable;
using Rcmgr.Libp2p.Identity;
using Rcmgr.Libp2p.Multiaddr;

namespace Rcmgr.Libp2p.Protocols;

/// <summary>
/// What a peer says about itself (libp2p identify specification). Only <see cref="PeerId"/> and <see cref="PublicKey"/> are
/// proven; the rest is the peer's claim, its texts unfiltered. A push may leave out what has not changed.
/// </summary>
public sealed record IdentifyInfo
{
    /// <summary>The most addresses that are accepted.</summary>
    public const int MaxAddresses = 128;

    /// <summary>The most protocols that are accepted.</summary>
    public const int MaxProtocols = 512;

    /// <summary>The longest protocol identifier or version that is accepted, in bytes of UTF-8.</summary>
    public const int MaxTextLength = 256;

    /// <summary>The peer, as the connection proved it.</summary>
    public required PeerId PeerId { get; init; }

    /// <summary>The peer's key, checked against <see cref="PeerId"/>; null when it was not sent.</summary>
    public PublicKey? PublicKey { get; init; }

    /// <summary>Where the peer says it listens. Addresses of protocols unknown here are left out.</summary>
    public ImmutableArray<Multiaddress> ListenAddresses { get; init; } = [];

    /// <summary>The protocols that the peer says it serves.</summary>
    public ImmutableArray<string> Protocols { get; init; } = [];

    /// <summary>The address at which the peer sees us; null when it was not sent or is of a protocol unknown here.</summary>
    public Multiaddress? ObservedAddress { get; init; }

    /// <summary>The version of the network's protocols, such as <c>ipfs/0.1.0</c>; null when it was not sent.</summary>
    public string? ProtocolVersion { get; init; }

    /// <summary>The peer's software; null when it was not sent.</summary>
    public string? AgentVersion { get; init; }
}
