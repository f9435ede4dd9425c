namespace Rcmgr.Tool.Demo;

/// <summary>How a run of the demo divides its time.</summary>
internal sealed record DemoTiming(TimeSpan Total)
{
    public const int MinSeconds = 8;
    public const int MaxSeconds = 28;
    public const int DefaultSeconds = 22;

    /// <summary>Starting processes, and leaving once the attacks are over.</summary>
    private static readonly TimeSpan Overhead = TimeSpan.FromSeconds(3);

    /// <summary>How long after everybody else has gone the node may still hold something.</summary>
    public static TimeSpan ReleasePatience { get; } = TimeSpan.FromSeconds(4);

    /// <summary>When the demo ends at the latest, whatever happens.</summary>
    public static TimeSpan Deadline { get; } = TimeSpan.FromSeconds(30);

    public TimeSpan Phase(int phases) => (Total - Overhead) / phases;
}
