namespace Rcmgr;

/// <summary>
/// Limits of every scope class that grow with the host (specification §4.4), with named entries for single services,
/// protocols and peers. Immutable and safe for use by many threads. <see cref="Scale"/> does not use the increase of
/// <see cref="LimitsByScope{T}.Stream"/>.
/// </summary>
/// <remarks>Names compare ordinally and case-sensitively. A map that is assigned is copied.</remarks>
public sealed record ScalingLimits : LimitsByScope<ScalingLimit>
{
    /// <summary>The network's common default limits, without named entries (specification §4.5).</summary>
    public static ScalingLimits Default => DefaultScalingLimits.Common;

    /// <summary>
    /// <see cref="Default"/> with limits for the services and protocols that a libp2p host usually runs
    /// (specification §4.6): identify, ping, AutoNAT, hole punching and circuit relay.
    /// </summary>
    public static ScalingLimits DefaultWithServices => DefaultScalingLimits.WithServices;

    /// <summary>The limits for a share of a host (specification §4.4).</summary>
    /// <param name="memory">Bytes of memory that the limits may be based on; up to 128 MiB the base limits stand.</param>
    /// <param name="fileDescriptors">File descriptors that the limits may be based on; zero or less leaves the base limits.</param>
    public ResourceManagerLimits Scale(long memory, long fileDescriptors)
    {
        // Other implementations scale a stream with the increase of a connection, and hosts that share a limits file
        // with them must come to the same numbers. In the default limits both increases are zero.
        ScalingLimit stream = Stream with { Increase = Connection.Increase };
        return new ResourceManagerLimits(
            kind => (kind == ScopeKind.Stream ? stream : this[kind]).Scale(memory, fileDescriptors),
            kind => LimitMaps.Select(NamesOf(kind), limit => limit.Scale(memory, fileDescriptors)),
            LimitMaps.Select(Peers, limit => limit.Scale(memory, fileDescriptors)));
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
}
