namespace Rcmgr.Tool.Bench;

/// <summary>One sample.</summary>
/// <param name="Amount">What was done, in the row's unit without its time.</param>
/// <param name="Elapsed">How long it took.</param>
/// <param name="ProcessorTime">What both processes worked for it, opening and closing streams included.</param>
internal readonly record struct BenchSample(double Amount, TimeSpan Elapsed, TimeSpan ProcessorTime)
{
    /// <summary>The amount per second.</summary>
    public double Rate => Amount / Elapsed.TotalSeconds;

    /// <summary>The microseconds of processor time for each unit of the amount.</summary>
    public double Cost => ProcessorTime.TotalMicroseconds / Amount;

    /// <summary>Both samples as one.</summary>
    public static BenchSample operator +(BenchSample left, BenchSample right) =>
        new(left.Amount + right.Amount, left.Elapsed + right.Elapsed, left.ProcessorTime + right.ProcessorTime);
}
