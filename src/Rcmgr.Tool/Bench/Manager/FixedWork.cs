using System.Diagnostics;

namespace Rcmgr.Tool.Bench.Manager;

/// <summary>Times a fixed number of operations on a number of threads. Each worker stamps its own start and end.</summary>
internal static class FixedWork
{
    private const int WarmUpCalls = 200;
    private const int WarmUpPasses = 3;

    // The runtime compiles what is called often a second time, in the background.
    private const int MostCompilePauseMilliseconds = 110;
    private const int OperationsPerMillisecond = 100;

    /// <summary>Lets the runtime compile the operation for good: many short calls rather than one long.</summary>
    public static async Task WarmUpAsync(Action<int> operation, int count)
    {
        for (int pass = 0; pass < WarmUpPasses; pass++)
        {
            for (int i = 0; i < WarmUpCalls; i++)
                operation(Math.Max(1, count / WarmUpCalls));
            await Task.Delay(Math.Min(MostCompilePauseMilliseconds, count / OperationsPerMillisecond));
        }
    }

    /// <summary>Bytes that one operation allocates.</summary>
    public static double AllocatedBytes(Action<int> operation, int count)
    {
        operation(count / 10);
        long before = GC.GetAllocatedBytesForCurrentThread();
        operation(count);
        return (GC.GetAllocatedBytesForCurrentThread() - before) / (double)count;
    }

    /// <summary>The nanoseconds for an operation, on new threads.</summary>
    public static double Measure(IReadOnlyList<Action<int>> operations, int count)
    {
        long[] starts = new long[operations.Count];
        long[] ends = new long[operations.Count];
        int ready = 0;
        Exception? failure = null;

        void Work(int index)
        {
            try
            {
                operations[index](Math.Max(1, count / 10));
            }
            catch (Exception e) when (e is InvalidOperationException or ResourceLimitExceededException)
            {
                failure = e;
            }

            Interlocked.Increment(ref ready);
            SpinWait spin = default;
            while (Volatile.Read(ref ready) < operations.Count)
                spin.SpinOnce();
            starts[index] = Stopwatch.GetTimestamp();
            if (failure is null)
                operations[index](count);
            ends[index] = Stopwatch.GetTimestamp();
        }

        Thread[] threads = [.. Enumerable.Range(0, operations.Count).Select(index => new Thread(() => Work(index)))];
        foreach (Thread thread in threads)
            thread.Start();
        foreach (Thread thread in threads)
            thread.Join();
        if (failure is not null)
            throw new InvalidOperationException("An operation that is measured was refused.", failure);
        return Stopwatch.GetElapsedTime(starts.Min(), ends.Max()).TotalNanoseconds / ((double)count * operations.Count);
    }
}
