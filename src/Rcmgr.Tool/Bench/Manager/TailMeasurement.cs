using System.Diagnostics;

namespace Rcmgr.Tool.Bench.Manager;

/// <summary>Times every single reservation, on threads that all reserve at once.</summary>
internal static class TailMeasurement
{
    private const long Size = 4096;

    // The first one warms up; the last one's samples stay.
    private const int Passes = 2;

    public static ReservationTail Measure(IReadOnlyList<StreamScope> streams, int count)
    {
        long[][] samples = [.. streams.Select(_ => new long[count])];
        Action<int>[] operations = [.. streams.Select<StreamScope, Action<int>>((stream, index) => amount => Sample(stream, samples[index].AsSpan(0, amount)))];
        for (int pass = 0; pass < Passes; pass++)
            FixedWork.Measure(operations, count);
        long[] sorted = [.. samples.SelectMany(sample => sample).Order()];
        return new ReservationTail(
            streams.Count, At(sorted, 0.5), At(sorted, 0.99), At(sorted, 0.999), At(sorted, 1));
    }

    private static void Sample(StreamScope stream, Span<long> ticks)
    {
        foreach (ref long tick in ticks)
        {
            long start = Stopwatch.GetTimestamp();
            bool done = stream.TryReserveMemory(Size, MemoryPriority.Always, out _);
            tick = Stopwatch.GetTimestamp() - start;
            if (done)
                stream.ReleaseMemory(Size);
        }
    }

    private static double At(long[] sorted, double part) =>
        sorted[Math.Min(sorted.Length - 1, (int)(sorted.Length * part))] * 1e9 / Stopwatch.Frequency;
}
