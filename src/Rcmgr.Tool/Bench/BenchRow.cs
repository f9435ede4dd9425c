namespace Rcmgr.Tool.Bench;

/// <summary>The samples of one measurement with and without the manager, taken in turns. Larger is better.</summary>
internal sealed record BenchRow(string Security, string Name, string Unit, IReadOnlyList<double> With, IReadOnlyList<double> Without)
{
    /// <summary>The median rate with the manager as a share of the one without.</summary>
    public double Ratio => Median(With) / Median(Without);

    /// <summary>The median of the ratios of neighbouring samples, which a slow drift of the machine moves less.</summary>
    public double PairedRatio => Median([.. With.Zip(Without, (with, without) => with / without)]);

    public static double Median(IReadOnlyList<double> samples)
    {
        double[] sorted = [.. samples.Order()];
        int middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
