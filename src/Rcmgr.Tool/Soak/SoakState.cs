namespace Rcmgr.Tool.Soak;

/// <summary>What the threads of a soak tell each other. Safe to use from several threads.</summary>
internal sealed class SoakState(SoakSettings settings)
{
    // What single threads write must not meet on one cache line.
    private const int Padding = 16;

    private readonly long[] _done = new long[settings.Threads * Padding];
    private string? _fault;

    /// <summary>What was found first; null while nothing was.</summary>
    public string? Fault => Volatile.Read(ref _fault);

    /// <summary>Operations so far.</summary>
    public long Done => _done.Sum();

    public long Refusals { get; set; }

    public long Snapshots { get; set; }

    public long LimitChanges { get; set; }

    public long Readings { get; set; }

    public void Publish(int thread, long done) => Volatile.Write(ref _done[thread * Padding], done);

    public void Report(string fault) => Interlocked.CompareExchange(ref _fault, fault, null);
}
