using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;

namespace Rcmgr;

/// <summary>
/// Something for every class of scope, with named entries for single services, protocols and peers: the shape that concrete,
/// partial and scaling limits have in common. Immutable and safe for use by many threads; look-ups do not allocate. Two
/// instances with the same content are equal.
/// </summary>
/// <remarks>Names compare ordinally and case-sensitively. A map that is assigned is copied.</remarks>
/// <typeparam name="T">What there is for each scope.</typeparam>
public abstract record LimitsByScope<T>
    where T : class, IEquatable<T>
{
    private protected LimitsByScope()
    {
    }

    [SetsRequiredMembers]
    private protected LimitsByScope(
        Func<ScopeKind, T> ofClass,
        Func<ScopeKind, IReadOnlyDictionary<string, T>> ofNames,
        IReadOnlyDictionary<PeerKey, T> ofPeers)
    {
        System = ofClass(ScopeKind.System);
        Transient = ofClass(ScopeKind.Transient);
        AllowlistedSystem = ofClass(ScopeKind.AllowlistedSystem);
        AllowlistedTransient = ofClass(ScopeKind.AllowlistedTransient);
        ServiceDefault = ofClass(ScopeKind.Service);
        Service = ofNames(ScopeKind.Service);
        ServicePeerDefault = ofClass(ScopeKind.ServicePeer);
        ServicePeer = ofNames(ScopeKind.ServicePeer);
        ProtocolDefault = ofClass(ScopeKind.Protocol);
        Protocol = ofNames(ScopeKind.Protocol);
        ProtocolPeerDefault = ofClass(ScopeKind.ProtocolPeer);
        ProtocolPeer = ofNames(ScopeKind.ProtocolPeer);
        PeerDefault = ofClass(ScopeKind.Peer);
        Peer = ofPeers;
        Connection = ofClass(ScopeKind.Connection);
        Stream = ofClass(ScopeKind.Stream);
    }

    /// <summary>Everything the host holds.</summary>
    public required T System { get; init; }

    /// <summary>Connections without a known peer and streams without a known protocol.</summary>
    public required T Transient { get; init; }

    /// <summary>The root for connections that were admitted through the allowlist.</summary>
    public required T AllowlistedSystem { get; init; }

    /// <summary>The transient scope for connections that were admitted through the allowlist.</summary>
    public required T AllowlistedTransient { get; init; }

    /// <summary>Every service without an entry in <see cref="Service"/>.</summary>
    public required T ServiceDefault { get; init; }

    /// <summary>Services by name.</summary>
    public IReadOnlyDictionary<string, T> Service
    {
        get => Services;
        init => Services = Freeze(value);
    }

    /// <summary>One peer's use of any service without an entry in <see cref="ServicePeer"/>.</summary>
    public required T ServicePeerDefault { get; init; }

    /// <summary>One peer's use of a service, by the name of the service.</summary>
    public IReadOnlyDictionary<string, T> ServicePeer
    {
        get => ServicePeers;
        init => ServicePeers = Freeze(value);
    }

    /// <summary>Every protocol without an entry in <see cref="Protocol"/>.</summary>
    public required T ProtocolDefault { get; init; }

    /// <summary>Protocols by id.</summary>
    public IReadOnlyDictionary<string, T> Protocol
    {
        get => Protocols;
        init => Protocols = Freeze(value);
    }

    /// <summary>One peer's use of any protocol without an entry in <see cref="ProtocolPeer"/>.</summary>
    public required T ProtocolPeerDefault { get; init; }

    /// <summary>One peer's use of a protocol, by the id of the protocol.</summary>
    public IReadOnlyDictionary<string, T> ProtocolPeer
    {
        get => ProtocolPeers;
        init => ProtocolPeers = Freeze(value);
    }

    /// <summary>Every peer without an entry in <see cref="Peer"/>.</summary>
    public required T PeerDefault { get; init; }

    /// <summary>Peers by key.</summary>
    public IReadOnlyDictionary<PeerKey, T> Peer
    {
        get => Peers;
        init => Peers = value.ToFrozenDictionary();
    }

    /// <summary>Each single connection.</summary>
    public required T Connection { get; init; }

    /// <summary>Each single stream.</summary>
    public required T Stream { get; init; }

    // The concrete type of the maps, for look-ups on paths where an interface call is felt.
    internal FrozenDictionary<string, T> Services { get; private init; } = FrozenDictionary<string, T>.Empty;

    internal FrozenDictionary<string, T> ServicePeers { get; private init; } = FrozenDictionary<string, T>.Empty;

    internal FrozenDictionary<string, T> Protocols { get; private init; } = FrozenDictionary<string, T>.Empty;

    internal FrozenDictionary<string, T> ProtocolPeers { get; private init; } = FrozenDictionary<string, T>.Empty;

    internal FrozenDictionary<PeerKey, T> Peers { get; private init; } = FrozenDictionary<PeerKey, T>.Empty;

    /// <summary>What there is for a class of scopes.</summary>
    internal T this[ScopeKind kind] => kind switch
    {
        ScopeKind.System => System,
        ScopeKind.Transient => Transient,
        ScopeKind.AllowlistedSystem => AllowlistedSystem,
        ScopeKind.AllowlistedTransient => AllowlistedTransient,
        ScopeKind.Service => ServiceDefault,
        ScopeKind.ServicePeer => ServicePeerDefault,
        ScopeKind.Protocol => ProtocolDefault,
        ScopeKind.ProtocolPeer => ProtocolPeerDefault,
        ScopeKind.Peer => PeerDefault,
        ScopeKind.Connection => Connection,
        ScopeKind.Stream => Stream,
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    /// <summary>What there is for one scope: the entry of its name, else what there is for its class.</summary>
    internal T this[ScopeKind kind, string? name] => Find(kind, name) ?? this[kind];

    /// <inheritdoc/>
    public virtual bool Equals(LimitsByScope<T>? other) =>
        other is not null
        && EqualityContract == other.EqualityContract
        && Scopes.All(kind => this[kind].Equals(other[kind]))
        && LimitMaps.ContentEquals(Services, other.Services)
        && LimitMaps.ContentEquals(ServicePeers, other.ServicePeers)
        && LimitMaps.ContentEquals(Protocols, other.Protocols)
        && LimitMaps.ContentEquals(ProtocolPeers, other.ProtocolPeers)
        && LimitMaps.ContentEquals(Peers, other.Peers);

    /// <inheritdoc/>
    public override int GetHashCode() =>
        HashCode.Combine(System, Transient, ServiceDefault, ProtocolDefault, PeerDefault, Connection, Stream);

    /// <summary>The classes of scopes that have limits, in the order of the JSON form.</summary>
    internal static IEnumerable<ScopeKind> Scopes { get; } = [.. Enumerable.Range(0, (int)ScopeKind.Stream + 1).Select(kind => (ScopeKind)kind)];

    /// <summary>Every class, each followed by its named entries in ordinal order.</summary>
    internal IEnumerable<(ScopeKind Kind, string? Name, T Value)> Entries() => Scopes.SelectMany(Entries);

    /// <summary>The map of a class of scopes that have names other than those of peers.</summary>
    internal FrozenDictionary<string, T> NamesOf(ScopeKind kind) => kind switch
    {
        ScopeKind.Service => Services,
        ScopeKind.ServicePeer => ServicePeers,
        ScopeKind.Protocol => Protocols,
        ScopeKind.ProtocolPeer => ProtocolPeers,
        _ => FrozenDictionary<string, T>.Empty,
    };

    /// <summary>The named entries of a class in ordinal order, those of peers under their text.</summary>
    internal IEnumerable<KeyValuePair<string, T>> Named(ScopeKind kind)
    {
        IEnumerable<KeyValuePair<string, T>> entries =
            kind == ScopeKind.Peer ? Peers.Select(entry => KeyValuePair.Create(entry.Key.Text, entry.Value)) : NamesOf(kind);
        return entries.OrderBy(entry => entry.Key, StringComparer.Ordinal);
    }

    /// <summary>What there is for a class, or for the one of its scopes that is named; null when that has no entry.</summary>
    internal T? Find(ScopeKind kind, string? name)
    {
        if (name is null)
            return this[kind];
        if (kind != ScopeKind.Peer)
            return NamesOf(kind).GetValueOrDefault(name);
        return name.Length == 0 ? null : Peers.GetValueOrDefault(new PeerKey(name));
    }

    private IEnumerable<(ScopeKind Kind, string? Name, T Value)> Entries(ScopeKind kind) =>
        Named(kind).Select(entry => (kind, (string?)entry.Key, entry.Value)).Prepend((kind, null, this[kind]));

    // The comparer is named because a caller's map may fold case.
    private static FrozenDictionary<string, T> Freeze(IReadOnlyDictionary<string, T> map) =>
        map.ToFrozenDictionary(StringComparer.Ordinal);
}
