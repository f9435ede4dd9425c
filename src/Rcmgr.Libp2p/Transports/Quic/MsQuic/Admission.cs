namespace Rcmgr.Libp2p.Transports.Quic.MsQuic;

/// <summary>
/// The account of a connection while its handshake runs, and what the handshake has shown: written by the validation of the remote's
/// certificate, which happens before the handshake ends, and read afterwards.
/// </summary>
internal sealed class Admission(ConnectionScope scope)
{
    public ConnectionScope Scope { get; } = scope;

    /// <summary>The streams that the remote lets us open, which it may say before the handshake has ended here.</summary>
    public StreamCredit Credit { get; } = new();

    /// <summary>The one certificate that the remote holds the key of; empty as long as there is none.</summary>
    public byte[] Certificate { get; set; } = [];

    /// <summary>Why the account does not pay for the connection's windows.</summary>
    public Refusal? Refusal { get; set; }
}
