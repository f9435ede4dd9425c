namespace Rcmgr.Tool.Bench.Floor;

/// <summary>How fast this machine does one part of a transfer when nothing else is done.</summary>
/// <param name="Name">The part.</param>
/// <param name="Samples">Amounts are MiB.</param>
internal sealed record FloorRow(string Name, IReadOnlyList<BenchSample> Samples)
{
    /// <summary>MiB a second, the median.</summary>
    public double Rate => BenchRow.MedianRate(Samples);

    /// <summary>Microseconds of processor time for one MiB, the median.</summary>
    public double Cost => BenchRow.MedianCost(Samples);
}
