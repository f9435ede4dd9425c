using System.Diagnostics.CodeAnalysis;
using System.Net;

namespace Rcmgr.Libp2p.Transports.Quic;

/// <summary>
/// Decides about inbound connections. An engine asks from the thread that receives, or from many threads at once, so the answers must
/// neither wait nor throw.
/// </summary>
internal interface IQuicGate
{
    /// <summary>Whether <paramref name="address"/> has to prove that it is no forgery before anything is kept for it (specification §5.5).</summary>
    bool MustProveAddress(IPAddress address);

    /// <summary>
    /// Opens the account of a connection, before any state of it exists (specification §8.1); false refuses it. The account is the
    /// engine's until <see cref="TryTake"/>.
    /// </summary>
    bool TryAdmit(IPEndPoint remote, [NotNullWhen(true)] out ConnectionScope? scope);

    /// <summary>Reports that the account refused what the connection needed. The engine ends the connection.</summary>
    void Refused(IPEndPoint remote, in Refusal refusal);

    /// <summary>
    /// Takes a connection whose handshake is done over, together with its account; false when the host stops, and both stay the
    /// engine's, which ends them.
    /// </summary>
    bool TryTake(IQuicConnection connection, ConnectionScope scope);
}
