namespace Rcmgr.Libp2p.Swarm;

/// <summary>
/// The codes that say on the wire why a stream was reset (specification §8.8). The table is offset by one from that of
/// <see cref="ConnectionErrorCode"/>.
/// </summary>
public static class StreamErrorCode
{
    /// <summary>No reason is given.</summary>
    public const uint None = 0;

    /// <summary>No common protocol was found.</summary>
    public const uint NegotiationFailed = 0x1001;

    /// <summary>The resource manager refused.</summary>
    public const uint ResourceLimitExceeded = 0x1002;

    /// <summary>Too many streams in too short a time.</summary>
    public const uint RateLimited = 0x1003;

    /// <summary>The remote broke the stream's protocol.</summary>
    public const uint ProtocolViolation = 0x1004;

    /// <summary>Another stream took this one's place.</summary>
    public const uint Supplanted = 0x1005;

    /// <summary>The stream was idle for too long.</summary>
    public const uint GarbageCollected = 0x1006;

    /// <summary>The host stops.</summary>
    public const uint Shutdown = 0x1007;

    /// <summary>The host does not accept this peer.</summary>
    public const uint Gated = 0x1008;

    /// <summary>The code given was outside of the range that the transport can carry.</summary>
    public const uint CodeOutOfRange = 0x1009;
}
