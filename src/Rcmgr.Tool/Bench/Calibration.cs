using System.Diagnostics;

namespace Rcmgr.Tool.Bench;

/// <summary>A fixed piece of work, so that figures of different machines and moments can be put in proportion.</summary>
internal static class Calibration
{
    private const int Steps = 100;
    private const int Rounds = 20_000;
    private const int Samples = 15;

    /// <summary>The nanoseconds that 100 dependent steps of a 64-bit xorshift generator take: the fastest of several samples.</summary>
    public static double Measure()
    {
        double fastest = double.MaxValue;
        ulong state = 88172645463325252;
        for (int i = 0; i < Samples; i++)
        {
            long start = Stopwatch.GetTimestamp();
            Run(ref state, Rounds);
            fastest = Math.Min(fastest, Stopwatch.GetElapsedTime(start).TotalNanoseconds / Rounds);
        }

        // A generator in a legal state never becomes zero; asking keeps the work from being optimized away.
        return state == 0 ? throw new InvalidOperationException("The generator left its cycle.") : fastest;
    }

    /// <summary>Runs the work a number of times.</summary>
    public static void Run(ref ulong state, int rounds)
    {
        ulong current = state;
        for (int i = 0; i < rounds * Steps; i++)
        {
            current ^= current << 13;
            current ^= current >> 7;
            current ^= current << 17;
        }

        state = current;
    }
}
