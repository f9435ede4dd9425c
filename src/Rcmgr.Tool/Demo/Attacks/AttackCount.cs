namespace Rcmgr.Tool.Demo.Attacks;

/// <summary>What came of an attack. Safe for use from many threads.</summary>
internal sealed class AttackCount
{
    private long _attempts;
    private long _held;

    /// <summary>Connections or streams asked for.</summary>
    public long Attempts => Interlocked.Read(ref _attempts);

    /// <summary>Of those, how many the node let in, as far as the attacker can tell.</summary>
    public long Admitted => Interlocked.Read(ref _held);

    public void Attempt() => Interlocked.Increment(ref _attempts);

    public void Admit() => Interlocked.Increment(ref _held);
}
