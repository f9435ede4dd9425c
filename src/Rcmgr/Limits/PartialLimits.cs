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

    internal LimitValue this[LimitField field] => field switch
    {
        LimitField.Streams => Streams,
        LimitField.StreamsInbound => StreamsInbound,
        LimitField.StreamsOutbound => StreamsOutbound,
        LimitField.Conns => Connections,
        LimitField.ConnsInbound => ConnectionsInbound,
        LimitField.ConnsOutbound => ConnectionsOutbound,
        LimitField.FD => FileDescriptors,
        _ => Memory,
    };

    /// <summary>Whether every field is left to the defaults.</summary>
    public bool IsEmpty => this == Empty;

    /// <summary>The partial limits that build to <paramref name="limits"/> against any defaults.</summary>
    public static PartialLimits FromConcrete(ResourceLimits limits)
    {
        ArgumentNullException.ThrowIfNull(limits);
        return From(field => LimitValue.FromConcrete(limits[field]));
    }

    /// <summary>The concrete limits, with <paramref name="defaults"/> for the fields that are left open.</summary>
    public ResourceLimits Build(ResourceLimits defaults)
    {
        ArgumentNullException.ThrowIfNull(defaults);
        return ResourceLimits.From(field => this[field].Build(defaults[field]));
    }

    /// <summary>These limits, with the fields that are left open taken from <paramref name="other"/>.</summary>
    public PartialLimits Apply(PartialLimits other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return From(field => this[field].Apply(other[field]));
    }

    internal PartialLimits With(LimitField field, LimitValue value) => From(other => other == field ? value : this[other]);

    private static PartialLimits From(Func<LimitField, LimitValue> value) => new()
    {
        Streams = value(LimitField.Streams),
        StreamsInbound = value(LimitField.StreamsInbound),
        StreamsOutbound = value(LimitField.StreamsOutbound),
        Connections = value(LimitField.Conns),
        ConnectionsInbound = value(LimitField.ConnsInbound),
        ConnectionsOutbound = value(LimitField.ConnsOutbound),
        FileDescriptors = value(LimitField.FD),
        Memory = value(LimitField.Memory),
    };
}
