namespace Rcmgr.Tool.Demo;

/// <summary>How a run of the demo divides its time.</summary>
internal sealed record DemoTiming(TimeSpan Total)
{
    public const int MinSeconds = 8;
    public const int MaxSeconds = 22;
    public const int DefaultSeconds = 20;

    /// <summary>What is kept for leaving once the attacks are over.</summary>
    private static readonly TimeSpan Leaving = TimeSpan.FromSeconds(2);

    /// <summary>Short, but still an attack.</summary>
    private static readonly TimeSpan ShortestPhase = TimeSpan.FromMilliseconds(500);

    /// <summary>How long the node lets a handshake take: those that never end are to end while the demo runs.</summary>
    public const int HandshakeSeconds = 5;

    /// <summary>How long after everybody else has gone the node may still hold something.</summary>
    public static TimeSpan ReleasePatience { get; } = TimeSpan.FromSeconds(HandshakeSeconds + 1);

    /// <summary>How much longer an attack goes on until it has shown what it is to show, on a machine so busy that everything starts late.</summary>
    public static TimeSpan AttackPatience { get; } = TimeSpan.FromSeconds(8);

    /// <summary>When the last attack may start, on a machine so busy that the demo takes longer than it was asked to.</summary>
    public static TimeSpan LastStart { get; } = TimeSpan.FromSeconds(18);

    /// <summary>When the demo ends at the latest, whatever happens.</summary>
    public static TimeSpan Deadline { get; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long the next of <paramref name="phases"/> phases may take once its processes run: an even share of the time that is left,
    /// so that a busy machine that starts processes slowly does not make the demo longer.
    /// </summary>
    public TimeSpan NextPhase(int phases, TimeSpan elapsed)
    {
        TimeSpan share = (Total - Leaving - elapsed) / phases;
        return share > ShortestPhase ? share : ShortestPhase;
    }
}
