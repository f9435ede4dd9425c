namespace Rcmgr;

/// <summary>
/// Named priorities of memory reservations (specification §2.1). A reservation of priority <c>p</c> is admitted while the
/// scope's use stays within <c>(1 + p) / 256</c> of its memory limit. Every value from 0 to 255 is legal.
/// </summary>
public static class MemoryPriority
{
    /// <summary>Up to 39.8 % of the limit: work that can be dropped first.</summary>
    public const byte Low = 101;

    /// <summary>Up to 50.4 % of the limit: growth of a stream's receive window.</summary>
    public const byte WindowGrowth = 128;

    /// <summary>Up to 59.8 % of the limit.</summary>
    public const byte Medium = 152;

    /// <summary>Up to 79.7 % of the limit.</summary>
    public const byte High = 203;

    /// <summary>Up to the whole limit.</summary>
    public const byte Always = 255;
}
