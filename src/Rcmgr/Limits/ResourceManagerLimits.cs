using System.Collections.Frozen;

namespace Rcmgr;

/// <summary>
/// The concrete limits of every scope class (specification §4.1), with named exceptions for single services, protocols and
/// peers. Immutable and safe for use by many threads; look-ups do not allocate. Two instances with the same content are equal.
/// </summary>
/// <remarks>Names compare ordinally and case-sensitively. A map that is assigned is copied.</remarks>
public sealed record ResourceManagerLimits
{
    private readonly FrozenDictionary<string, ResourceLimits> _service = FrozenDictionary<string, ResourceLimits>.Empty;
    private readonly FrozenDictionary<string, ResourceLimits> _servicePeer = FrozenDictionary<string, ResourceLimits>.Empty;
    private readonly FrozenDictionary<string, ResourceLimits> _protocol = FrozenDictionary<string, ResourceLimits>.Empty;
    private readonly FrozenDictionary<string, ResourceLimits> _protocolPeer = FrozenDictionary<string, ResourceLimits>.Empty;
    private readonly FrozenDictionary<PeerKey, ResourceLimits> _peer = FrozenDictionary<PeerKey, ResourceLimits>.Empty;

    /// <summary>Limits that allow everything, without named exceptions.</summary>
    public static ResourceManagerLimits Infinite { get; } = new()
    {
        System = ResourceLimits.AllowAll,
        Transient = ResourceLimits.AllowAll,
        AllowlistedSystem = ResourceLimits.AllowAll,
        AllowlistedTransient = ResourceLimits.AllowAll,
        ServiceDefault = ResourceLimits.AllowAll,
        ServicePeerDefault = ResourceLimits.AllowAll,
        ProtocolDefault = ResourceLimits.AllowAll,
        ProtocolPeerDefault = ResourceLimits.AllowAll,
        PeerDefault = ResourceLimits.AllowAll,
        Connection = ResourceLimits.AllowAll,
        Stream = ResourceLimits.AllowAll,
    };

    /// <summary>Everything the host holds.</summary>
    public required ResourceLimits System { get; init; }

    /// <summary>Connections without a known peer and streams without a known protocol.</summary>
    public required ResourceLimits Transient { get; init; }

    /// <summary>The root for connections that were admitted through the allowlist.</summary>
    public required ResourceLimits AllowlistedSystem { get; init; }

    /// <summary>The transient scope for connections that were admitted through the allowlist.</summary>
    public required ResourceLimits AllowlistedTransient { get; init; }

    /// <summary>Every service without an entry in <see cref="Service"/>.</summary>
    public required ResourceLimits ServiceDefault { get; init; }

    /// <summary>Services by name.</summary>
    public IReadOnlyDictionary<string, ResourceLimits> Service
    {
        get => _service;
        init => _service = Freeze(value);
    }

    /// <summary>One peer's use of any service without an entry in <see cref="ServicePeer"/>.</summary>
    public required ResourceLimits ServicePeerDefault { get; init; }

    /// <summary>One peer's use of a service, by the name of the service.</summary>
    public IReadOnlyDictionary<string, ResourceLimits> ServicePeer
    {
        get => _servicePeer;
        init => _servicePeer = Freeze(value);
    }

    /// <summary>Every protocol without an entry in <see cref="Protocol"/>.</summary>
    public required ResourceLimits ProtocolDefault { get; init; }

    /// <summary>Protocols by id.</summary>
    public IReadOnlyDictionary<string, ResourceLimits> Protocol
    {
        get => _protocol;
        init => _protocol = Freeze(value);
    }

    /// <summary>One peer's use of any protocol without an entry in <see cref="ProtocolPeer"/>.</summary>
    public required ResourceLimits ProtocolPeerDefault { get; init; }

    /// <summary>One peer's use of a protocol, by the id of the protocol.</summary>
    public IReadOnlyDictionary<string, ResourceLimits> ProtocolPeer
    {
        get => _protocolPeer;
        init => _protocolPeer = Freeze(value);
    }

    /// <summary>Every peer without an entry in <see cref="Peer"/>.</summary>
    public required ResourceLimits PeerDefault { get; init; }

    /// <summary>Peers by key.</summary>
    public IReadOnlyDictionary<PeerKey, ResourceLimits> Peer
    {
        get => _peer;
        init => _peer = value.ToFrozenDictionary();
    }

    /// <summary>Each single connection.</summary>
    public required ResourceLimits Connection { get; init; }

    /// <summary>Each single stream.</summary>
    public required ResourceLimits Stream { get; init; }

    /// <summary>The limits of a scope that is named by its kind and its subject: a <see cref="PeerKey"/> or the name of a group.</summary>
    internal ResourceLimits For(ScopeKind kind, object? subject) => kind switch
    {
        ScopeKind.System => System,
        ScopeKind.Transient => Transient,
        ScopeKind.AllowlistedSystem => AllowlistedSystem,
        ScopeKind.AllowlistedTransient => AllowlistedTransient,
        ScopeKind.Service => ServiceLimits((string)subject!),
        ScopeKind.ServicePeer => ServicePeerLimits((string)subject!),
        ScopeKind.Protocol => ProtocolLimits((string)subject!),
        ScopeKind.ProtocolPeer => ProtocolPeerLimits((string)subject!),
        ScopeKind.Peer => PeerLimits((PeerKey)subject!),
        ScopeKind.Connection => Connection,
        _ => Stream,
    };

    /// <summary>The limits of the service <paramref name="name"/>: its own entry, else the class default.</summary>
    public ResourceLimits ServiceLimits(string name) => _service.GetValueOrDefault(name) ?? ServiceDefault;

    /// <summary>The limits of one peer's use of the service <paramref name="name"/>: its own entry, else the class default.</summary>
    public ResourceLimits ServicePeerLimits(string name) => _servicePeer.GetValueOrDefault(name) ?? ServicePeerDefault;

    /// <summary>The limits of the protocol <paramref name="id"/>: its own entry, else the class default.</summary>
    public ResourceLimits ProtocolLimits(string id) => _protocol.GetValueOrDefault(id) ?? ProtocolDefault;

    /// <summary>The limits of one peer's use of the protocol <paramref name="id"/>: its own entry, else the class default.</summary>
    public ResourceLimits ProtocolPeerLimits(string id) => _protocolPeer.GetValueOrDefault(id) ?? ProtocolPeerDefault;

    /// <summary>The limits of <paramref name="peer"/>: its own entry, else the class default.</summary>
    public ResourceLimits PeerLimits(PeerKey peer) => _peer.GetValueOrDefault(peer) ?? PeerDefault;

    /// <inheritdoc/>
    public bool Equals(ResourceManagerLimits? other) =>
        other is not null
        && System == other.System
        && Transient == other.Transient
        && AllowlistedSystem == other.AllowlistedSystem
        && AllowlistedTransient == other.AllowlistedTransient
        && ServiceDefault == other.ServiceDefault
        && ServicePeerDefault == other.ServicePeerDefault
        && ProtocolDefault == other.ProtocolDefault
        && ProtocolPeerDefault == other.ProtocolPeerDefault
        && PeerDefault == other.PeerDefault
        && Connection == other.Connection
        && Stream == other.Stream
        && LimitMaps.ContentEquals(_service, other._service)
        && LimitMaps.ContentEquals(_servicePeer, other._servicePeer)
        && LimitMaps.ContentEquals(_protocol, other._protocol)
        && LimitMaps.ContentEquals(_protocolPeer, other._protocolPeer)
        && LimitMaps.ContentEquals(_peer, other._peer);

    /// <inheritdoc/>
    public override int GetHashCode() =>
        HashCode.Combine(System, Transient, ServiceDefault, ProtocolDefault, PeerDefault, Connection, Stream);

    // The comparer is named because a caller's map may fold case.
    private static FrozenDictionary<string, ResourceLimits> Freeze(IReadOnlyDictionary<string, ResourceLimits> map) =>
        map.ToFrozenDictionary(StringComparer.Ordinal);
}
