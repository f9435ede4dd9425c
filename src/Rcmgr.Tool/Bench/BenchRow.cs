namespace Rcmgr.Tool.Bench;

/// <summary>The samples of one measurement with and without the manager, and what they tell about its cost.</summary>
/// <param name="Stack">What carried the connection.</param>
/// <param name="Name">What was measured.</param>
/// <param name="Unit">The unit of the rates.</param>
/// <param name="Samples">The samples of both variants.</param>
internal sealed record BenchRow(BenchStack Stack, string Name, string Unit, PairedSamples Samples)
{
    /// <summary>The share of the work that the manager may cost.</summary>
    public const double AllowedCost = 0.02;

    /// <summary>A narrower interval is not asked for: it tells costs of a whole per cent apart from none and from too much.</summary>
    public const double WantedSpread = 0.01;

    /// <summary>The rate with the manager as a share of the one without; larger is better.</summary>
    public Estimate RateRatio { get; } = Estimate.Of(Samples.Ratios(sample => sample.Rate));

    /// <summary>
    /// The processor time of a unit with the manager as a multiple of the one without; smaller is better. Other load on the machine moves
    /// this far less than rates.
    /// </summary>
    public Estimate CostRatio { get; } = Estimate.Of(Samples.Ratios(sample => sample.Cost));

    /// <summary>Whether the manager costs less of the processor time than it may, as far as these samples can tell.</summary>
    public string Verdict => (CostRatio.Low - 1, CostRatio.High - 1) switch
    {
        (_, < AllowedCost) => "less",
        ( >= AllowedCost, _) => "more",
        _ => "open",
    };

    /// <summary>Whether the interval of the cost is as narrow as it needs to be. Does not look at where it lies, so that asking is no choice.</summary>
    public bool IsSettled => CostRatio.Coverage >= Estimate.Confidence && CostRatio.Spread <= WantedSpread;

    public static double MedianRate(IReadOnlyList<BenchSample> samples) => Estimate.Of(samples.Select(sample => sample.Rate)).Median;

    public static double MedianCost(IReadOnlyList<BenchSample> samples) => Estimate.Of(samples.Select(sample => sample.Cost)).Median;
}
