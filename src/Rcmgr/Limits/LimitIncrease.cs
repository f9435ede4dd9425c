namespace Rcmgr;

/// <summary>
/// What a scope's limits gain with the size of the host (specification §4.4): counts and memory per GiB of memory, file
/// descriptors as a share of those the process may open. Immutable; <c>new LimitIncrease()</c> gains nothing.
/// </summary>
public sealed record LimitIncrease
{
    /// <summary>An increase of nothing.</summary>
    public static LimitIncrease None { get; } = new();

    /// <summary>Streams in both directions together, per GiB.</summary>
    public long Streams { get; init; }

    /// <summary>Streams opened by remote peers, per GiB.</summary>
    public long StreamsInbound { get; init; }

    /// <summary>Streams opened by this host, per GiB.</summary>
    public long StreamsOutbound { get; init; }

    /// <summary>Connections in both directions together, per GiB.</summary>
    public long Connections { get; init; }

    /// <summary>Connections opened by remote peers, per GiB.</summary>
    public long ConnectionsInbound { get; init; }

    /// <summary>Connections opened by this host, per GiB.</summary>
    public long ConnectionsOutbound { get; init; }

    /// <summary>Bytes of memory, per GiB.</summary>
    public long Memory { get; init; }

    /// <summary>The share of the process's file descriptors; zero or less leaves the base limit.</summary>
    public double FileDescriptorFraction { get; init; }

    /// <summary>The increase per GiB of a limit that grows with memory; zero for file descriptors, which do not.</summary>
    internal long this[LimitField field] => field switch
    {
        LimitField.Streams => Streams,
        LimitField.StreamsInbound => StreamsInbound,
        LimitField.StreamsOutbound => StreamsOutbound,
        LimitField.Conns => Connections,
        LimitField.ConnsInbound => ConnectionsInbound,
        LimitField.ConnsOutbound => ConnectionsOutbound,
        LimitField.FD => 0,
        _ => Memory,
    };
}
