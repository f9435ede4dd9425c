namespace Rcmgr.Tool.Bench;

/// <summary>How much one benchmark of the network measures.</summary>
internal sealed record BenchSettings
{
    /// <summary>How long each sample of a rate (pings, streams, handshakes) lasts.</summary>
    public required TimeSpan SampleTime { get; init; }

    /// <summary>The bytes of each throughput sample, over all its streams.</summary>
    public required long Bytes { get; init; }

    /// <summary>The streams that the many-stream rows use at once.</summary>
    public required int Streams { get; init; }

    /// <summary>The blocks of each row: two samples with the manager and two without.</summary>
    public required int Repetitions { get; init; }

    /// <summary>How long a row may take blocks beyond <see cref="Repetitions"/> until it is settled; zero for none.</summary>
    public TimeSpan Patience { get; init; }

    /// <summary>What a measurement's name must contain to be taken.</summary>
    public required string Filter { get; init; }

    /// <summary>What is measured, one after the other.</summary>
    public required IReadOnlyList<BenchStack> Stacks { get; init; }
}
