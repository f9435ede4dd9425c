namespace Rcmgr;

/// <summary>
/// The eight limits of one scope (specification §4.1). Totals and directions are independent limits. Zero allows nothing,
/// <see cref="Unlimited"/> allows everything. Immutable; a new record replaces the limits of a live scope.
/// </summary>
/// <param name="Streams">Streams in both directions together.</param>
/// <param name="StreamsInbound">Streams opened by remote peers.</param>
/// <param name="StreamsOutbound">Streams opened by this host.</param>
/// <param name="Connections">Connections in both directions together.</param>
/// <param name="ConnectionsInbound">Connections opened by remote peers.</param>
/// <param name="ConnectionsOutbound">Connections opened by this host.</param>
/// <param name="FileDescriptors">File descriptors.</param>
/// <param name="Memory">Bytes of memory.</param>
public sealed record ResourceLimits(
    long Streams,
    long StreamsInbound,
    long StreamsOutbound,
    long Connections,
    long ConnectionsInbound,
    long ConnectionsOutbound,
    long FileDescriptors,
    long Memory)
{
    /// <summary>The value that stands for "no limit": 2^63 - 1.</summary>
    public const long Unlimited = long.MaxValue;

    /// <summary>Limits that allow everything.</summary>
    public static ResourceLimits AllowAll { get; } =
        new(Unlimited, Unlimited, Unlimited, Unlimited, Unlimited, Unlimited, Unlimited, Unlimited);

    /// <summary>Limits that allow nothing.</summary>
    public static ResourceLimits BlockAll { get; } = new(0, 0, 0, 0, 0, 0, 0, 0);

    internal long this[LimitField field] => field switch
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

    internal static ResourceLimits From(Func<LimitField, long> limit) => new(
        limit(LimitField.Streams),
        limit(LimitField.StreamsInbound),
        limit(LimitField.StreamsOutbound),
        limit(LimitField.Conns),
        limit(LimitField.ConnsInbound),
        limit(LimitField.ConnsOutbound),
        limit(LimitField.FD),
        limit(LimitField.Memory));
}
