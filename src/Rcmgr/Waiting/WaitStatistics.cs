namespace Rcmgr;

/// <summary>Counts waits by what was waited for and how they ended, and how long those took that were granted. Reads are approximate.</summary>
internal sealed class WaitStatistics
{
    private const int Kinds = (int)WaitKind.Memory + 1;
    private const int Outcomes = (int)WaitOutcome.Hopeless + 1;

    private readonly long[] _ended = new long[Kinds * Outcomes];
    private readonly long[] _waiting = new long[Kinds];
    private readonly long[] _ticks = new long[Kinds];
    private readonly long[] _buckets = new long[Kinds * (Bounds.Count + 1)];

    /// <summary>The upper bounds, in seconds, of all buckets but the last, which has none.</summary>
    public static IReadOnlyList<double> Bounds { get; } = [0.001, 0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

    public void Began(WaitKind kind) => Interlocked.Increment(ref _waiting[(int)kind]);

    public void Ended(WaitKind kind, WaitOutcome outcome, TimeSpan waited)
    {
        Interlocked.Decrement(ref _waiting[(int)kind]);
        Count(kind, outcome);
        if (outcome != WaitOutcome.Granted)
            return;
        Interlocked.Add(ref _ticks[(int)kind], waited.Ticks);
        int bucket = 0;
        while (bucket < Bounds.Count && waited.TotalSeconds > Bounds[bucket])
            bucket++;
        Interlocked.Increment(ref _buckets[((int)kind * (Bounds.Count + 1)) + bucket]);
    }

    /// <summary>Counts an operation that did not get to wait.</summary>
    public void Count(WaitKind kind, WaitOutcome outcome) => Interlocked.Increment(ref _ended[((int)kind * Outcomes) + (int)outcome]);

    public long Waiting(WaitKind kind) => Interlocked.Read(ref _waiting[(int)kind]);

    public long Ended(WaitKind kind, WaitOutcome outcome) => Interlocked.Read(ref _ended[((int)kind * Outcomes) + (int)outcome]);

    /// <summary>The time that granted operations have waited together.</summary>
    public TimeSpan Waited(WaitKind kind) => TimeSpan.FromTicks(Interlocked.Read(ref _ticks[(int)kind]));

    /// <summary>The granted operations that waited at most as long as each bound says; the last number is of all.</summary>
    public long[] AccumulateBuckets(WaitKind kind)
    {
        long[] totals = new long[Bounds.Count + 1];
        long total = 0;
        for (int i = 0; i < totals.Length; i++)
            totals[i] = total += Interlocked.Read(ref _buckets[((int)kind * totals.Length) + i]);
        return totals;
    }
}
