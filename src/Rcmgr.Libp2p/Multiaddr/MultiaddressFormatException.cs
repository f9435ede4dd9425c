namespace Rcmgr.Libp2p.Multiaddr;

/// <summary>A text is not a multiaddress, or not one of the form that was asked for; the message says why.</summary>
public sealed class MultiaddressFormatException : FormatException
{
    /// <summary>Creates the error with the reason.</summary>
    public MultiaddressFormatException(string message)
        : base(message)
    {
    }
}
