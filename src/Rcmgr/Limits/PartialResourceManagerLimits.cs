using System.Collections.Frozen;

namespace Rcmgr;

/// <summary>
/// Limits as a user writes them (specification §4.2): what is left open comes from defaults. Immutable and safe for use by
/// many threads. Two instances with the same content are equal. <see cref="LimitsJson"/> reads and writes the JSON form.
/// </summary>
/// <remarks>Names compare ordinally and case-sensitively. A map that is assigned is copied.</remarks>
public sealed record PartialResourceManagerLimits
{
    private readonly FrozenDictionary<string, PartialLimits> _service = FrozenDictionary<string, PartialLimits>.Empty;
    private readonly FrozenDictionary<string, PartialLimits> _servicePeer = FrozenDictionary<string, PartialLimits>.Empty;
    private readonly FrozenDictionary<string, PartialLimits> _protocol = FrozenDictionary<string, PartialLimits>.Empty;
    private readonly FrozenDictionary<string, PartialLimits> _protocolPeer = FrozenDictionary<string, PartialLimits>.Empty;
    private readonly FrozenDictionary<PeerKey, PartialLimits> _peer = FrozenDictionary<PeerKey, PartialLimits>.Empty;

    /// <summary>Everything the host holds.</summary>
    public PartialLimits System { get; init; } = PartialLimits.Empty;

    /// <summary>Connections without a known peer and streams without a known protocol.</summary>
    public PartialLimits Transient { get; init; } = PartialLimits.Empty;

    /// <summary>The root for connections that were admitted through the allowlist.</summary>
    public PartialLimits AllowlistedSystem { get; init; } = PartialLimits.Empty;

    /// <summary>The transient scope for connections that were admitted through the allowlist.</summary>
    public PartialLimits AllowlistedTransient { get; init; } = PartialLimits.Empty;

    /// <summary>Every service without a named limit here or in the defaults.</summary>
    public PartialLimits ServiceDefault { get; init; } = PartialLimits.Empty;

    /// <summary>Services by name.</summary>
    public IReadOnlyDictionary<string, PartialLimits> Service
    {
        get => _service;
        init => _service = Freeze(value);
    }

    /// <summary>One peer's use of any service without a named limit here or in the defaults.</summary>
    public PartialLimits ServicePeerDefault { get; init; } = PartialLimits.Empty;

    /// <summary>One peer's use of a service, by the name of the service.</summary>
    public IReadOnlyDictionary<string, PartialLimits> ServicePeer
    {
        get => _servicePeer;
        init => _servicePeer = Freeze(value);
    }

    /// <summary>Every protocol without a named limit here or in the defaults.</summary>
    public PartialLimits ProtocolDefault { get; init; } = PartialLimits.Empty;

    /// <summary>Protocols by id.</summary>
    public IReadOnlyDictionary<string, PartialLimits> Protocol
    {
        get => _protocol;
        init => _protocol = Freeze(value);
    }

    /// <summary>One peer's use of any protocol without a named limit here or in the defaults.</summary>
    public PartialLimits ProtocolPeerDefault { get; init; } = PartialLimits.Empty;

    /// <summary>One peer's use of a protocol, by the id of the protocol.</summary>
    public IReadOnlyDictionary<string, PartialLimits> ProtocolPeer
    {
        get => _protocolPeer;
        init => _protocolPeer = Freeze(value);
    }

    /// <summary>Every peer without a named limit here or in the defaults.</summary>
    public PartialLimits PeerDefault { get; init; } = PartialLimits.Empty;

    /// <summary>Peers by key.</summary>
    public IReadOnlyDictionary<PeerKey, PartialLimits> Peer
    {
        get => _peer;
        init => _peer = value.ToFrozenDictionary();
    }

    /// <summary>Each single connection.</summary>
    public PartialLimits Connection { get; init; } = PartialLimits.Empty;

    /// <summary>Each single stream.</summary>
    public PartialLimits Stream { get; init; } = PartialLimits.Empty;

    /// <summary>The partial limits that build to <paramref name="limits"/> against any defaults.</summary>
    public static PartialResourceManagerLimits FromConcrete(ResourceManagerLimits limits)
    {
        ArgumentNullException.ThrowIfNull(limits);
        return new PartialResourceManagerLimits
        {
            System = PartialLimits.FromConcrete(limits.System),
            Transient = PartialLimits.FromConcrete(limits.Transient),
            AllowlistedSystem = PartialLimits.FromConcrete(limits.AllowlistedSystem),
            AllowlistedTransient = PartialLimits.FromConcrete(limits.AllowlistedTransient),
            ServiceDefault = PartialLimits.FromConcrete(limits.ServiceDefault),
            Service = LimitMaps.FromConcrete(limits.Service),
            ServicePeerDefault = PartialLimits.FromConcrete(limits.ServicePeerDefault),
            ServicePeer = LimitMaps.FromConcrete(limits.ServicePeer),
            ProtocolDefault = PartialLimits.FromConcrete(limits.ProtocolDefault),
            Protocol = LimitMaps.FromConcrete(limits.Protocol),
            ProtocolPeerDefault = PartialLimits.FromConcrete(limits.ProtocolPeerDefault),
            ProtocolPeer = LimitMaps.FromConcrete(limits.ProtocolPeer),
            PeerDefault = PartialLimits.FromConcrete(limits.PeerDefault),
            Peer = LimitMaps.FromConcrete(limits.Peer),
            Connection = PartialLimits.FromConcrete(limits.Connection),
            Stream = PartialLimits.FromConcrete(limits.Stream),
        };
    }

    /// <summary>
    /// The concrete limits. A named entry takes what it leaves open from the entry of the same name in
    /// <paramref name="defaults"/>, and if there is none, from the built default of its class. Names that only
    /// <paramref name="defaults"/> has are kept as they are: a changed class default does not reach them.
    /// </summary>
    public ResourceManagerLimits Build(ResourceManagerLimits defaults)
    {
        ArgumentNullException.ThrowIfNull(defaults);
        ResourceLimits service = ServiceDefault.Build(defaults.ServiceDefault);
        ResourceLimits servicePeer = ServicePeerDefault.Build(defaults.ServicePeerDefault);
        ResourceLimits protocol = ProtocolDefault.Build(defaults.ProtocolDefault);
        ResourceLimits protocolPeer = ProtocolPeerDefault.Build(defaults.ProtocolPeerDefault);
        ResourceLimits peer = PeerDefault.Build(defaults.PeerDefault);
        return new ResourceManagerLimits
        {
            System = System.Build(defaults.System),
            Transient = Transient.Build(defaults.Transient),
            AllowlistedSystem = AllowlistedSystem.Build(defaults.AllowlistedSystem),
            AllowlistedTransient = AllowlistedTransient.Build(defaults.AllowlistedTransient),
            ServiceDefault = service,
            Service = LimitMaps.Build(Service, defaults.Service, service),
            ServicePeerDefault = servicePeer,
            ServicePeer = LimitMaps.Build(ServicePeer, defaults.ServicePeer, servicePeer),
            ProtocolDefault = protocol,
            Protocol = LimitMaps.Build(Protocol, defaults.Protocol, protocol),
            ProtocolPeerDefault = protocolPeer,
            ProtocolPeer = LimitMaps.Build(ProtocolPeer, defaults.ProtocolPeer, protocolPeer),
            PeerDefault = peer,
            Peer = LimitMaps.Build(Peer, defaults.Peer, peer),
            Connection = Connection.Build(defaults.Connection),
            Stream = Stream.Build(defaults.Stream),
        };
    }

    /// <summary>
    /// These limits, with what they leave open taken from <paramref name="other"/>. A named entry that
    /// <paramref name="other"/> lacks is filled from the class default of the result; names that only
    /// <paramref name="other"/> has are copied.
    /// </summary>
    public PartialResourceManagerLimits Apply(PartialResourceManagerLimits other)
    {
        ArgumentNullException.ThrowIfNull(other);
        PartialLimits service = ServiceDefault.Apply(other.ServiceDefault);
        PartialLimits servicePeer = ServicePeerDefault.Apply(other.ServicePeerDefault);
        PartialLimits protocol = ProtocolDefault.Apply(other.ProtocolDefault);
        PartialLimits protocolPeer = ProtocolPeerDefault.Apply(other.ProtocolPeerDefault);
        PartialLimits peer = PeerDefault.Apply(other.PeerDefault);
        return new PartialResourceManagerLimits
        {
            System = System.Apply(other.System),
            Transient = Transient.Apply(other.Transient),
            AllowlistedSystem = AllowlistedSystem.Apply(other.AllowlistedSystem),
            AllowlistedTransient = AllowlistedTransient.Apply(other.AllowlistedTransient),
            ServiceDefault = service,
            Service = LimitMaps.Apply(Service, other.Service, service),
            ServicePeerDefault = servicePeer,
            ServicePeer = LimitMaps.Apply(ServicePeer, other.ServicePeer, servicePeer),
            ProtocolDefault = protocol,
            Protocol = LimitMaps.Apply(Protocol, other.Protocol, protocol),
            ProtocolPeerDefault = protocolPeer,
            ProtocolPeer = LimitMaps.Apply(ProtocolPeer, other.ProtocolPeer, protocolPeer),
            PeerDefault = peer,
            Peer = LimitMaps.Apply(Peer, other.Peer, peer),
            Connection = Connection.Apply(other.Connection),
            Stream = Stream.Apply(other.Stream),
        };
    }

    /// <inheritdoc/>
    public bool Equals(PartialResourceManagerLimits? other) =>
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
    private static FrozenDictionary<string, PartialLimits> Freeze(IReadOnlyDictionary<string, PartialLimits> map) =>
        map.ToFrozenDictionary(StringComparer.Ordinal);
}
