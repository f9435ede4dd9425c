namespace Rcmgr.Tool.Bench;

/// <summary>What several samples of one quantity tell: their median, and an interval of order statistics around it.</summary>
/// <param name="Median">The median of the samples.</param>
/// <param name="Low">The interval's lower end: one of the samples.</param>
/// <param name="High">The interval's upper end: the sample with the same rank from above.</param>
/// <param name="Coverage">
/// The probability that such an interval holds the median of what the samples were drawn from, whatever its distribution; at least
/// <see cref="Confidence"/> unless there are fewer than 6 samples, which then all lie in the interval.
/// </param>
internal readonly record struct Estimate(double Median, double Low, double High, double Coverage)
{
    public const double Confidence = 0.95;

    /// <summary>Half the width of the interval.</summary>
    public double Spread => (High - Low) / 2;

    public static Estimate Of(IEnumerable<double> samples)
    {
        double[] sorted = [.. samples.Order()];
        ArgumentOutOfRangeException.ThrowIfZero(sorted.Length, nameof(samples));
        (int cut, double coverage) = Cut(sorted.Length);
        int middle = sorted.Length / 2;
        double median = sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        return new Estimate(median, sorted[cut], sorted[^(cut + 1)], coverage);
    }

    /// <summary>How many samples may be left out at each end. How many of them lie below the median is a matter of fair coins.</summary>
    private static (int Cut, double Coverage) Cut(int count)
    {
        double term = Math.Pow(0.5, count);
        double below = term;
        double coverage = 1 - (2 * below);
        int cut = 0;
        while (2 * (cut + 1) < count)
        {
            term *= (double)(count - cut) / (cut + 1);
            below += term;
            double narrower = 1 - (2 * below);
            if (narrower < Confidence)
                break;
            cut++;
            coverage = narrower;
        }

        return (cut, Math.Max(coverage, 0));
    }
}
