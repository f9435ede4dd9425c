namespace Rcmgr.Libp2p.Transports.Quic;

/// <summary>QUIC cannot be used on this machine; the message names what is missing. TCP is not affected.</summary>
public sealed class QuicUnavailableException : NotSupportedException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="reason">What is missing, as a sentence.</param>
    public QuicUnavailableException(string reason)
        : base($"QUIC is not available: {reason}")
    {
    }
}
