namespace Rcmgr.Libp2p.Protocols;

/// <summary>Why a peer's description of itself was not taken.</summary>
public enum IdentifyFailure
{
    /// <summary>The bytes are not a message of the protocol, or are cut off.</summary>
    Malformed,

    /// <summary>The message, or a list in it, is longer than is accepted.</summary>
    TooLarge,

    /// <summary>The public key is not that of the peer at the other end.</summary>
    KeyMismatch,

    /// <summary>The peer did not send all of it in time.</summary>
    TimedOut,
}

/// <summary>A peer described itself in a way that is not acceptable, or not at all.</summary>
public sealed class IdentifyException : Exception
{
    internal IdentifyException(IdentifyFailure failure, string message, Exception? innerException = null)
        : base(message, innerException)
    {
        Failure = failure;
    }

    /// <summary>Why.</summary>
    public IdentifyFailure Failure { get; }
}
