namespace Rcmgr.Libp2p.Muxing;

/// <summary>A stream was reset, by which side and with which code (specification §8.8).</summary>
internal sealed class StreamResetException(uint code, bool byRemote)
    : IOException($"The stream was reset by the {(byRemote ? "remote" : "local")} side with code 0x{code:x}.")
{
    public uint Code { get; } = code;

    public bool ByRemote { get; } = byRemote;
}

/// <summary>Why a muxed session ended, or takes no more streams.</summary>
internal enum SessionEndReason
{
    /// <summary>The local side closed it.</summary>
    LocalClose,

    /// <summary>The remote ended the channel.</summary>
    RemoteClose,

    /// <summary>The remote said that it goes away; the code is its own.</summary>
    RemoteGoAway,

    /// <summary>The remote broke the muxer's protocol.</summary>
    ProtocolViolation,

    /// <summary>The remote made us owe it more control frames than it was willing to read.</summary>
    ControlFlood,

    /// <summary>The remote sent nothing for too long after a ping.</summary>
    KeepAliveTimeout,

    /// <summary>Reading from or writing to the channel failed.</summary>
    ChannelFailed,

    /// <summary>Every stream number of the local side is used; streams that exist go on.</summary>
    StreamIdsExhausted,
}

/// <summary>How a session ended.</summary>
internal sealed record SessionEnd(SessionEndReason Reason, uint Code, string Detail, Exception? Cause = null)
{
    public SessionClosedException ToException() => new(this);
}

/// <summary>The session that carries the stream is over.</summary>
internal sealed class SessionClosedException(SessionEnd end) : IOException(end.Detail, end.Cause)
{
    public SessionEndReason Reason { get; } = end.Reason;

    /// <summary>The code told to or by the remote; 0 when there was none.</summary>
    public uint Code { get; } = end.Code;
}
