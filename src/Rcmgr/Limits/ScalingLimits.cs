using System.Collections.Frozen;

namespace Rcmgr;

/// <summary>
/// Limits of every scope class that grow with the host (specification §4.4), with named entries for single services,
/// protocols and peers. Immutable and safe for use by many threads.
/// </summary>
/// <remarks>Names compare ordinally and case-sensitively. A map that is assigned is copied.</remarks>
public sealed record ScalingLimits
{
    private readonly FrozenDictionary<string, ScalingLimit> _service = FrozenDictionary<string, ScalingLimit>.Empty;
    private readonly FrozenDictionary<string, ScalingLimit> _servicePeer = FrozenDictionary<string, ScalingLimit>.Empty;
    private readonly FrozenDictionary<string, ScalingLimit> _protocol = FrozenDictionary<string, ScalingLimit>.Empty;
    private readonly FrozenDictionary<string, ScalingLimit> _protocolPeer = FrozenDictionary<string, ScalingLimit>.Empty;
    private readonly FrozenDictionary<PeerKey, ScalingLimit> _peer = FrozenDictionary<PeerKey, ScalingLimit>.Empty;

    /// <summary>The network's common default limits, without named entries (specification §4.5).</summary>
    public static ScalingLimits Default => DefaultScalingLimits.Common;

    /// <summary>
    /// <see cref="Default"/> with limits for the services and protocols that a libp2p host usually runs
    /// (specification §4.6): identify, ping, AutoNAT, hole punching and circuit relay.
    /// </summary>
    public static ScalingLimits DefaultWithServices => DefaultScalingLimits.WithServices;

    /// <summary>Everything the host holds.</summary>
    public required ScalingLimit System { get; init; }

    /// <summary>Connections without a known peer and streams without a known protocol.</summary>
    public required ScalingLimit Transient { get; init; }

    /// <summary>The root for connections that were admitted through the allowlist.</summary>
    public required ScalingLimit AllowlistedSystem { get; init; }

    /// <summary>The transient scope for connections that were admitted through the allowlist.</summary>
    public required ScalingLimit AllowlistedTransient { get; init; }

    /// <summary>Every service without an entry in <see cref="Service"/>.</summary>
    public required ScalingLimit ServiceDefault { get; init; }

    /// <summary>Services by name.</summary>
    public IReadOnlyDictionary<string, ScalingLimit> Service
    {
        get => _service;
        init => _service = Freeze(value);
    }

    /// <summary>One peer's use of any service without an entry in <see cref="ServicePeer"/>.</summary>
    public required ScalingLimit ServicePeerDefault { get; init; }

    /// <summary>One peer's use of a service, by the name of the service.</summary>
    public IReadOnlyDictionary<string, ScalingLimit> ServicePeer
    {
        get => _servicePeer;
        init => _servicePeer = Freeze(value);
    }

    /// <summary>Every protocol without an entry in <see cref="Protocol"/>.</summary>
    public required ScalingLimit ProtocolDefault { get; init; }

    /// <summary>Protocols by id.</summary>
    public IReadOnlyDictionary<string, ScalingLimit> Protocol
    {
        get => _protocol;
        init => _protocol = Freeze(value);
    }

    /// <summary>One peer's use of any protocol without an entry in <see cref="ProtocolPeer"/>.</summary>
    public required ScalingLimit ProtocolPeerDefault { get; init; }

    /// <summary>One peer's use of a protocol, by the id of the protocol.</summary>
    public IReadOnlyDictionary<string, ScalingLimit> ProtocolPeer
    {
        get => _protocolPeer;
        init => _protocolPeer = Freeze(value);
    }

    /// <summary>Every peer without an entry in <see cref="Peer"/>.</summary>
    public required ScalingLimit PeerDefault { get; init; }

    /// <summary>Peers by key.</summary>
    public IReadOnlyDictionary<PeerKey, ScalingLimit> Peer
    {
        get => _peer;
        init => _peer = value.ToFrozenDictionary();
    }

    /// <summary>Each single connection.</summary>
    public required ScalingLimit Connection { get; init; }

    /// <summary>Each single stream. <see cref="Scale"/> does not use the increase of this entry.</summary>
    public required ScalingLimit Stream { get; init; }

    /// <summary>The limits for a share of a host (specification §4.4).</summary>
    /// <param name="memory">Bytes of memory that the limits may be based on; up to 128 MiB the base limits stand.</param>
    /// <param name="fileDescriptors">File descriptors that the limits may be based on; zero or less leaves the base limits.</param>
    public ResourceManagerLimits Scale(long memory, long fileDescriptors)
    {
        // Other implementations scale a stream with the increase of a connection, and hosts that share a limits file
        // with them must come to the same numbers. In the default limits both increases are zero.
        ScalingLimit stream = Stream with { Increase = Connection.Increase };
        return new ResourceManagerLimits
        {
            System = System.Scale(memory, fileDescriptors),
            Transient = Transient.Scale(memory, fileDescriptors),
            AllowlistedSystem = AllowlistedSystem.Scale(memory, fileDescriptors),
            AllowlistedTransient = AllowlistedTransient.Scale(memory, fileDescriptors),
            ServiceDefault = ServiceDefault.Scale(memory, fileDescriptors),
            Service = ScaleMap(Service, memory, fileDescriptors),
            ServicePeerDefault = ServicePeerDefault.Scale(memory, fileDescriptors),
            ServicePeer = ScaleMap(ServicePeer, memory, fileDescriptors),
            ProtocolDefault = ProtocolDefault.Scale(memory, fileDescriptors),
            Protocol = ScaleMap(Protocol, memory, fileDescriptors),
            ProtocolPeerDefault = ProtocolPeerDefault.Scale(memory, fileDescriptors),
            ProtocolPeer = ScaleMap(ProtocolPeer, memory, fileDescriptors),
            PeerDefault = PeerDefault.Scale(memory, fileDescriptors),
            Peer = ScaleMap(Peer, memory, fileDescriptors),
            Connection = Connection.Scale(memory, fileDescriptors),
            Stream = stream.Scale(memory, fileDescriptors),
        };
    }

    /// <summary>
    /// The limits for a whole host: scaled to an eighth of its memory and half of its file descriptors, which leaves room
    /// for what is not accounted for.
    /// </summary>
    /// <param name="capacity">The host, or null for the one this process runs on.</param>
    public AutoScaledLimits AutoScale(HostCapacity? capacity = null)
    {
        capacity ??= HostCapacity.Detect();
        long memory = capacity.Memory / 8;
        long fileDescriptors = capacity.FileDescriptors / 2;
        return new AutoScaledLimits(Scale(memory, fileDescriptors), capacity, memory, fileDescriptors);
    }

    private static Dictionary<TKey, ResourceLimits> ScaleMap<TKey>(
        IReadOnlyDictionary<TKey, ScalingLimit> map, long memory, long fileDescriptors)
        where TKey : notnull =>
        map.ToDictionary(entry => entry.Key, entry => entry.Value.Scale(memory, fileDescriptors));

    // The comparer is named because a caller's map may fold case.
    private static FrozenDictionary<string, ScalingLimit> Freeze(IReadOnlyDictionary<string, ScalingLimit> map) =>
        map.ToFrozenDictionary(StringComparer.Ordinal);
}
