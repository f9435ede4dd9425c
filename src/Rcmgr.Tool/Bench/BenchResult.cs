using Rcmgr.Tool.Bench.Floor;

namespace Rcmgr.Tool.Bench;

/// <summary>What one run measured.</summary>
/// <param name="Settings">How much was measured.</param>
/// <param name="Rows">The measurements.</param>
/// <param name="CalibrationBefore">See <see cref="Calibration"/>; much more of it at the end than at the start means a disturbed run.</param>
/// <param name="CalibrationAfter">As before, at the end.</param>
/// <param name="Refusals">What the managers refused, a line each; any spoils the run.</param>
internal sealed record BenchResult(
    BenchSettings Settings, IReadOnlyList<BenchRow> Rows, double CalibrationBefore, double CalibrationAfter, IReadOnlyList<string> Refusals)
{
    /// <summary>What every row's interval covers at least. 0 when nothing was measured.</summary>
    public double Coverage => Rows.Count == 0 ? 0 : Rows.Min(row => row.CostRatio.Coverage);

    /// <summary>The machine's own bounds; empty when they were not asked for.</summary>
    public IReadOnlyList<FloorRow> Floor { get; init; } = [];
}
