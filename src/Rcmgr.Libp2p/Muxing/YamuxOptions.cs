using System.Numerics;

namespace Rcmgr.Libp2p.Muxing;

/// <summary>The bounds and times of a yamux session.</summary>
internal sealed record YamuxOptions
{
    /// <summary>The window of every new stream, in bytes. Both sides assume it, so it is no option.</summary>
    public const int InitialWindow = 256 * 1024;

    /// <summary>As <see cref="SendBatch"/>, once the session may have more.</summary>
    public const int GrownSendBatch = (256 * 1024) - 1024;

    /// <summary>What larger send batches take beyond <see cref="SessionBufferBytes"/>, in bytes.</summary>
    public const int SendGrowthBytes = 2 * (256 - 128) * 1024;

    /// <summary>What the larger buffer of the reader takes beyond <see cref="SessionBufferBytes"/>, in bytes.</summary>
    public const int ReceiveGrowthBytes = FrameReader.GrownBuffer - FrameReader.LargeBuffer;

    public static YamuxOptions Default { get; } = new();

    /// <summary>The largest receive window a stream may grow to, in bytes.</summary>
    public int MaxWindow { get; init; } = 16 * 1024 * 1024;

    /// <summary>Streams the remote opened that may wait for <see cref="IMuxedConnection.AcceptStreamAsync"/>; more are reset.</summary>
    public int AcceptBacklog { get; init; } = 256;

    /// <summary>Streams we opened that the remote has not yet acknowledged; further opens wait.</summary>
    public int AcknowledgeBacklog { get; init; } = 256;

    /// <summary>The longest payload of one data frame we send, in bytes: the grain of fairness between streams.</summary>
    public int MaxFrame { get; init; } = 64 * 1024;

    /// <summary>
    /// Bytes collected for one write to the channel. A session holds at most two such buffers, none when idle. Somewhat less than
    /// a power of two, so that what the security layer makes of a batch fits its own buffer of 128 KiB and leaves in one write.
    /// </summary>
    public int SendBatch { get; init; } = (128 * 1024) - 512;

    /// <summary>
    /// What a session's own buffers hold at most, streams aside: two send batches, in arrays as large as the pool makes them, and the
    /// reader's large buffer.
    /// </summary>
    public int SessionBufferBytes => (2 * (int)BitOperations.RoundUpToPowerOf2((uint)SendBatch)) + FrameReader.LargeBuffer;

    /// <summary>Resets waiting to be sent before the session stops reading from the remote that caused them.</summary>
    public int MaxQueuedResets { get; init; } = 1024;

    /// <summary>How long reading stays stopped for <see cref="MaxQueuedResets"/> before the session ends.</summary>
    public TimeSpan ControlDrainTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The time between two pings.</summary>
    public TimeSpan KeepAliveInterval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a ping may go without any byte from the remote before the session ends.</summary>
    public TimeSpan KeepAliveTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long the end of a session may wait for its last frames to leave.</summary>
    public TimeSpan CloseTimeout { get; init; } = TimeSpan.FromMilliseconds(250);
}
