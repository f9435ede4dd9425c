using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Rcmgr.Libp2p.Identity;

namespace Rcmgr.Libp2p.Security.Tls;

/// <summary>
/// Judges the remote's certificate within one handshake and keeps the verdict. The TLS library's own verdict does not count.
/// </summary>
internal sealed class CertificateJudge(PeerId? expectedRemote, TimeProvider time)
{
    /// <summary>The proven identity, once the certificate is accepted.</summary>
    public AuthenticatedPeer? Peer { get; private set; }

    /// <summary>Why the certificate was refused.</summary>
    public SecurityException? Refusal { get; private set; }

    /// <summary>
    /// A policy under which the library's chain building does no work worth attacking: no system store, no download of issuers
    /// from addresses that the certificate names.
    /// </summary>
    public static X509ChainPolicy CreateChainPolicy() => new()
    {
        DisableCertificateDownloads = true,
        RevocationMode = X509RevocationMode.NoCheck,
        TrustMode = X509ChainTrustMode.CustomRootTrust,
    };

    /// <summary>The validation callback of <see cref="SslStream"/>.</summary>
    public bool Judge(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        try
        {
            if (certificate is not X509Certificate2 remote)
                throw new SecurityException(SecurityFailure.BadCertificate, "The remote sent no certificate.");
            if (chain is not null && HasFurtherCertificates(chain, remote))
                throw new SecurityException(SecurityFailure.BadCertificate, "The remote sent more than one certificate.");
            Peer = Libp2pCertificate.Verify(remote.RawDataMemory.Span, expectedRemote, time);
            return true;
        }
        catch (SecurityException refusal)
        {
            Refusal = refusal;
            return false;
        }
    }

    /// <summary>Whether the remote sent others with its own, which libp2p does not allow.</summary>
    public static bool HasFurtherCertificates(X509Chain chain, X509Certificate2 remote)
    {
        // On the client side the library lists the remote's own certificate here too.
        foreach (var sent in chain.ChainPolicy.ExtraStore)
        {
            if (!sent.RawDataMemory.Span.SequenceEqual(remote.RawDataMemory.Span))
                return true;
        }
        return chain.ChainPolicy.ExtraStore.Count > 1;
    }
}
