namespace Rcmgr.Libp2p.Connections;

/// <summary>
/// How many connections a host likes to have. These are soft limits that close what exists; the resource manager's hard limits
/// refuse what is new. Keep <see cref="HighWatermark"/> below the hard limit, or nothing is ever trimmed: see <see cref="FitTo"/>.
/// </summary>
public sealed record ConnectionManagerOptions
{
    /// <summary>Trimming stops at this many connections.</summary>
    public int LowWatermark { get; init; } = 160;

    /// <summary>Trimming starts above this many connections.</summary>
    public int HighWatermark { get; init; } = 192;

    /// <summary>A connection younger than this is not trimmed.</summary>
    public TimeSpan GracePeriod { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The least time from one trimming to the next, so that a burst of connections is judged once.</summary>
    public TimeSpan SilencePeriod { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// These options if trimming starts below a hard limit of <paramref name="connections"/>; else the same with the marks at
    /// 90 % and 75 % of it.
    /// </summary>
    /// <param name="connections">The most connections that the host can have.</param>
    public ConnectionManagerOptions FitTo(long connections)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(connections);
        if (HighWatermark < connections)
            return this;
        int high = (int)(connections * 9 / 10);
        return this with { HighWatermark = high, LowWatermark = Math.Min(LowWatermark, (int)(connections * 3 / 4)) };
    }

    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfNegative(LowWatermark);
        ArgumentOutOfRangeException.ThrowIfLessThan(HighWatermark, LowWatermark);
        ArgumentOutOfRangeException.ThrowIfLessThan(GracePeriod, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(SilencePeriod, TimeSpan.Zero);
    }
}
