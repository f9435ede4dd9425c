using Rcmgr.Libp2p.Identity;
using Rcmgr.Libp2p.Security;
using Rcmgr.Libp2p.Security.Tls;
using Rcmgr.Libp2p.Swarm;

namespace Rcmgr.Libp2p.Transports.Quic;

/// <summary>Makes of a connection whose TLS handshake is done one of a known peer (specification §8.1).</summary>
internal static class QuicUpgrader
{
    /// <summary>
    /// Judges the remote's certificate and tells the scope whose connection it is. On failure the connection is closed, and told why;
    /// the scope stays the caller's.
    /// </summary>
    /// <exception cref="ResourceLimitExceededException">The peer may have no further connection.</exception>
    /// <exception cref="SecurityException">The certificate is refused, or is not the expected peer's.</exception>
    public static async Task<UpgradedConnection> UpgradeAsync(
        IQuicConnection connection, ConnectionScope scope, PeerId? expectedRemote, TimeProvider time)
    {
        try
        {
            AuthenticatedPeer remote = Libp2pCertificate.Verify(connection.RemoteCertificate.Span, expectedRemote, time);
            if (scope.PeerScope is null)
                scope.SetPeer(remote.PeerId.Key);
            return new UpgradedConnection(connection, remote.PeerId, remote.PublicKey, "/tls/1.0.0");
        }
        catch (SecurityException)
        {
            await connection.RejectCertificateAsync(CancellationToken.None);
            throw;
        }
        catch (Exception e)
        {
            uint code = e is ResourceLimitExceededException ? ConnectionErrorCode.ResourceLimitExceeded : ConnectionErrorCode.None;
            await connection.CloseAsync(code, CancellationToken.None);
            throw;
        }
    }
}
