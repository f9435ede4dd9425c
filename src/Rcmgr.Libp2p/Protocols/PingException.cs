namespace Rcmgr.Libp2p.Protocols;

/// <summary>A ping got no answer in time, or one that was not asked for.</summary>
public sealed class PingException : Exception
{
    internal PingException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
