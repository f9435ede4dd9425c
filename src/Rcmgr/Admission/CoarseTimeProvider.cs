namespace Rcmgr;

/// <summary>
/// The system's clock of the last tick, a few milliseconds behind and many times cheaper to read than the exact one. Timestamps only.
/// </summary>
internal sealed class CoarseTimeProvider : TimeProvider
{
    private CoarseTimeProvider()
    {
    }

    public static CoarseTimeProvider Instance { get; } = new();

    public override long TimestampFrequency => TimeSpan.MillisecondsPerSecond;

#pragma warning disable RS0030 // This is the time provider that stands between the system's clock and its readers.
    public override long GetTimestamp() => Environment.TickCount64;
#pragma warning restore RS0030

    /// <summary>
    /// What to read for buckets of <paramref name="rates"/>. The coarse clock does where no bucket fills in less than a second: what comes
    /// in between two ticks, 16 ms at most, is then under a fiftieth of a burst. Other clocks than the system's are kept.
    /// </summary>
    public static TimeProvider For(IEnumerable<ConnectionRate> rates, TimeProvider time) =>
        ReferenceEquals(time, System) && rates.All(rate => rate.IsUnlimited || rate.Burst >= rate.PerSecond) ? Instance : time;
}
