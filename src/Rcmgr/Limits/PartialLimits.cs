namespace Rcmgr;

/// <summary>
/// The limits of one scope as a user writes them (specification §4.2): every field may be left to the defaults.
/// Immutable; <c>new PartialLimits()</c> leaves all of them.
/// </summary>
public sealed record PartialLimits
{
    /// <summary>Limits that leave every field to the defaults.</summary>
    public static PartialLimits Empty { get; } = new();

    /// <summary>Streams in both directions together.</summary>
    public LimitValue Streams { get; init; }

    /// <summary>Streams opened by remote peers.</summary>
    public LimitValue StreamsInbound { get; init; }

    /// <summary>Streams opened by this host.</summary>
    public LimitValue StreamsOutbound { get; init; }

    /// <summary>Connections in both directions together.</summary>
    public LimitValue Connections { get; init; }

    /// <summary>Connections opened by remote peers.</summary>
    public LimitValue ConnectionsInbound { get; init; }

    /// <summary>Connections opened by this host.</summary>
    public LimitValue ConnectionsOutbound { get; init; }

    /// <summary>File descriptors.</summary>
    public LimitValue FileDescriptors { get; init; }

    /// <summary>Bytes of memory.</summary>
    public LimitValue Memory { get; init; }

    /// <summary>Whether every field is left to the defaults.</summary>
    public bool IsEmpty => this == Empty;

    /// <summary>The partial limits that build to <paramref name="limits"/> against any defaults.</summary>
    public static PartialLimits FromConcrete(ResourceLimits limits)
    {
        ArgumentNullException.ThrowIfNull(limits);
        return new PartialLimits
        {
            Streams = LimitValue.FromConcrete(limits.Streams),
            StreamsInbound = LimitValue.FromConcrete(limits.StreamsInbound),
            StreamsOutbound = LimitValue.FromConcrete(limits.StreamsOutbound),
            Connections = LimitValue.FromConcrete(limits.Connections),
            ConnectionsInbound = LimitValue.FromConcrete(limits.ConnectionsInbound),
            ConnectionsOutbound = LimitValue.FromConcrete(limits.ConnectionsOutbound),
            FileDescriptors = LimitValue.FromConcrete(limits.FileDescriptors),
            Memory = LimitValue.FromConcrete(limits.Memory),
        };
    }

    /// <summary>The concrete limits, with <paramref name="defaults"/> for the fields that are left open.</summary>
    public ResourceLimits Build(ResourceLimits defaults)
    {
        ArgumentNullException.ThrowIfNull(defaults);
        return new ResourceLimits(
            Streams.Build(defaults.Streams),
            StreamsInbound.Build(defaults.StreamsInbound),
            StreamsOutbound.Build(defaults.StreamsOutbound),
            Connections.Build(defaults.Connections),
            ConnectionsInbound.Build(defaults.ConnectionsInbound),
            ConnectionsOutbound.Build(defaults.ConnectionsOutbound),
            FileDescriptors.Build(defaults.FileDescriptors),
            Memory.Build(defaults.Memory));
    }

    /// <summary>These limits, with the fields that are left open taken from <paramref name="other"/>.</summary>
    public PartialLimits Apply(PartialLimits other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return new PartialLimits
        {
            Streams = Streams.Apply(other.Streams),
            StreamsInbound = StreamsInbound.Apply(other.StreamsInbound),
            StreamsOutbound = StreamsOutbound.Apply(other.StreamsOutbound),
            Connections = Connections.Apply(other.Connections),
            ConnectionsInbound = ConnectionsInbound.Apply(other.ConnectionsInbound),
            ConnectionsOutbound = ConnectionsOutbound.Apply(other.ConnectionsOutbound),
            FileDescriptors = FileDescriptors.Apply(other.FileDescriptors),
            Memory = Memory.Apply(other.Memory),
        };
    }
}
