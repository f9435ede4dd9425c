namespace Rcmgr.Tool.Bench;

/// <summary>The samples of one measurement with and without the manager, taken in turns.</summary>
/// <param name="Security">The security protocol's short name.</param>
/// <param name="Name">What was measured.</param>
/// <param name="Unit">The unit of the rates.</param>
/// <param name="With">The samples with the manager.</param>
/// <param name="Without">The samples without, each taken right after the one of the same index in <paramref name="With"/>.</param>
internal sealed record BenchRow(
    string Security, string Name, string Unit, IReadOnlyList<BenchSample> With, IReadOnlyList<BenchSample> Without)
{
    /// <summary>The median rate with the manager as a share of the one without; larger is better.</summary>
    public double Ratio => MedianRate(With) / MedianRate(Without);

    /// <summary>
    /// The median processor time of a unit with the manager as a multiple of the one without; smaller is better. Other load on the machine
    /// moves this far less than rates.
    /// </summary>
    public double CostRatio => MedianCost(With) / MedianCost(Without);

    public static double MedianRate(IReadOnlyList<BenchSample> samples) => Median(samples.Select(sample => sample.Rate));

    public static double MedianCost(IReadOnlyList<BenchSample> samples) => Median(samples.Select(sample => sample.Cost));

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        int middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
