namespace Rcmgr.Libp2p.Swarm;

/// <summary>
/// The codes that say on the wire why a connection was closed (specification §8.8). The table is offset by one from that of
/// <see cref="StreamErrorCode"/>.
/// </summary>
public static class ConnectionErrorCode
{
    /// <summary>No reason is given.</summary>
    public const uint None = 0;

    /// <summary>No common security protocol or muxer was found.</summary>
    public const uint NegotiationFailed = 0x1000;

    /// <summary>The resource manager refused.</summary>
    public const uint ResourceLimitExceeded = 0x1001;

    /// <summary>Too many connections in too short a time.</summary>
    public const uint RateLimited = 0x1002;

    /// <summary>The remote broke the connection's protocol.</summary>
    public const uint ProtocolViolation = 0x1003;

    /// <summary>Another connection took this one's place.</summary>
    public const uint Supplanted = 0x1004;

    /// <summary>The connection manager closed it to make room.</summary>
    public const uint GarbageCollected = 0x1005;

    /// <summary>The host stops.</summary>
    public const uint Shutdown = 0x1006;

    /// <summary>The host does not accept this peer.</summary>
    public const uint Gated = 0x1007;

    /// <summary>The code given was outside of the range that the transport can carry.</summary>
    public const uint CodeOutOfRange = 0x1008;
}
