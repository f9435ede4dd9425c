namespace Rcmgr.Tool.Soak;

/// <summary>
/// What is in use under one limit, as seen from outside, from below and from above. From below: raised after a grant, lowered
/// before a release; if it exceeds the limit, the manager let too much in. From above: raised before an attempt, lowered after
/// a release or refusal; if it stayed within the limit for the whole of an attempt, a refusal had no reason.
/// </summary>
internal sealed class Ceiling(long limit, int threads)
{
    private readonly long[] _mostDuringAttempt = new long[threads];
    private long _below;
    private long _above;

    public long Limit { get; } = limit;

    /// <summary>Announces an attempt, to every attempt under way as well: what it is told later was not in use yet.</summary>
    public void Attempt(int thread, long amount)
    {
        long above = Interlocked.Add(ref _above, amount);
        Volatile.Write(ref _mostDuringAttempt[thread], above);
        Interlocked.MemoryBarrier();
        for (int other = 0; other < _mostDuringAttempt.Length; other++)
            Raise(ref _mostDuringAttempt[other], Volatile.Read(ref _above));
    }

    /// <returns>False when the limit was exceeded.</returns>
    public bool Granted(long amount) => Interlocked.Add(ref _below, amount) <= Limit;

    /// <returns>False when the refusal had no reason.</returns>
    public bool Refused(int thread, long amount)
    {
        bool isExplained = Volatile.Read(ref _mostDuringAttempt[thread]) > Limit;
        Interlocked.Add(ref _above, -amount);
        return isExplained;
    }

    public void Releasing(long amount) => Interlocked.Add(ref _below, -amount);

    public void Released(long amount) => Interlocked.Add(ref _above, -amount);

    private static void Raise(ref long cell, long value)
    {
        long seen = Volatile.Read(ref cell);
        while (seen < value)
        {
            long before = Interlocked.CompareExchange(ref cell, value, seen);
            if (before == seen)
                return;
            seen = before;
        }
    }
}
