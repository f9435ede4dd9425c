namespace Rcmgr.Libp2p.Transports.Quic;

/// <summary>The bounds and times of QUIC connections.</summary>
internal sealed record QuicOptions
{
    /// <summary>The one application protocol.</summary>
    public const string ApplicationProtocol = "libp2p";

    public static QuicOptions Default { get; } = new();

    /// <summary>Bytes a remote may send on one stream before they are read. At most half of <see cref="ConnectionWindow"/>.</summary>
    public int StreamWindow { get; init; } = 256 * 1024;

    /// <summary>Bytes a remote may send on one connection before they are read: charged when the handshake is done.</summary>
    public int ConnectionWindow { get; init; } = 512 * 1024;

    /// <summary>What a stream's window may grow to.</summary>
    public int MaxStreamWindow { get; init; } = 10 * 1024 * 1024;

    /// <summary>What a connection's window may grow to.</summary>
    public int MaxConnectionWindow { get; init; } = 15 * 1024 * 1024;

    /// <summary>Streams a remote may have open.</summary>
    public int MaxInboundStreams { get; init; } = 256;

    /// <summary>Unacknowledged bytes of one stream.</summary>
    public int StreamSendBuffer { get; init; } = 512 * 1024;

    /// <summary>Unacknowledged bytes of one connection.</summary>
    public int ConnectionSendBuffer { get; init; } = 4 * 1024 * 1024;

    /// <summary>The time from the first packet to the end of the TLS handshake.</summary>
    public TimeSpan HandshakeTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// What is taken for the round-trip time before one was measured. Three times as much passes before a lost packet of the handshake
    /// is sent again, and the first measurement contains that wait: from a third of a second, as the standard would have it, a lossy
    /// path needed many seconds to come down. Go's implementation starts here, too.
    /// </summary>
    public TimeSpan InitialRoundTrip { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>How long a connection may be silent.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How often a silent connection is kept alive.</summary>
    public TimeSpan KeepAliveInterval { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Running handshakes of one listener above which every address has to prove itself.</summary>
    public int RetryAbove { get; init; } = 256;

    /// <summary>Running handshakes of one listener above which every connection is refused.</summary>
    public int RefuseAbove { get; init; } = 8192;

    /// <summary>What the library may allocate for one connection besides the receive window, whatever its account allows.</summary>
    public int NativeHeapLimit { get; init; } = 2 * 1024 * 1024;
}
