using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Rcmgr.Libp2p.Identity;

namespace Rcmgr.Libp2p.Security.Tls;

/// <summary>
/// The self-signed certificates of the libp2p TLS specification: an extension carries the host key and its signature over the
/// certificate's own key. TLS over TCP and QUIC share them.
/// </summary>
internal static class Libp2pCertificate
{
    public const string ExtensionIdentifier = "1.3.6.1.4.1.53594.1.1";

    /// <summary>The longest certificate accepted.</summary>
    public const int MaxBytes = 16 * 1024;

    // Peers whose clocks run late must accept a certificate made just now; none should see it expire.
    private static readonly TimeSpan ValidBefore = TimeSpan.FromDays(1);
    private static readonly TimeSpan ValidFor = TimeSpan.FromDays(100 * 365);

    private static ReadOnlySpan<byte> SignaturePrefix => "libp2p-tls-handshake:"u8;

    /// <summary>Creates a certificate with a fresh P-256 key that proves <paramref name="identity"/>; the caller disposes it.</summary>
    public static X509Certificate2 Create(HostIdentity identity, TimeProvider time)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("O=libp2p.io", key, HashAlgorithmName.SHA256);
        // First in the list: js-libp2p looks nowhere else.
        request.CertificateExtensions.Add(CreateExtension(identity, key.ExportSubjectPublicKeyInfo()));
        var now = time.GetUtcNow();
        var certificate = request.CreateSelfSigned(now - ValidBefore, now + ValidFor);
        return OperatingSystem.IsWindows() ? Reload(certificate) : certificate;
    }

    /// <summary>Checks a peer's certificate completely and returns the identity it proves.</summary>
    /// <exception cref="SecurityException">The certificate is refused; the failure says why.</exception>
    public static AuthenticatedPeer Verify(ReadOnlySpan<byte> der, PeerId? expectedRemote, TimeProvider time)
    {
        if (der.Length > MaxBytes)
            throw new SecurityException(SecurityFailure.TooLarge, $"A certificate of {der.Length} bytes; at most {MaxBytes} are accepted.");
        var certificate = CertificateFields.Parse(der.ToArray());
        var now = time.GetUtcNow();
        if (now < certificate.NotBefore || now > certificate.NotAfter)
            throw new SecurityException(SecurityFailure.CertificateNotValidNow, "The certificate is not valid at this time.");
        var (hostKey, signature) = ReadSignedKey(certificate.Libp2pExtension);
        CertificateSignature.VerifySelfSigned(certificate);
        return AuthenticatedPeer.Authenticate(
            hostKey.Span, SignedData(certificate.SubjectPublicKeyInfo.Span), signature.Span, expectedRemote);
    }

    private static X509Extension CreateExtension(HostIdentity identity, byte[] subjectPublicKeyInfo)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteOctetString(identity.PublicKey.ToProtobuf());
            writer.WriteOctetString(identity.Sign(SignedData(subjectPublicKeyInfo)));
        }
        return new X509Extension(ExtensionIdentifier, writer.Encode(), critical: false);
    }

    private static (ReadOnlyMemory<byte> HostKey, ReadOnlyMemory<byte> Signature) ReadSignedKey(ReadOnlyMemory<byte> extension)
    {
        try
        {
            var outer = new AsnReader(extension, AsnEncodingRules.DER);
            var signedKey = outer.ReadSequence();
            outer.ThrowIfNotEmpty();
            var result = (signedKey.ReadOctetString(), signedKey.ReadOctetString());
            signedKey.ThrowIfNotEmpty();
            return result;
        }
        catch (AsnContentException e)
        {
            throw new SecurityException(SecurityFailure.Malformed, "The certificate's libp2p extension is malformed.", e);
        }
    }

    private static byte[] SignedData(ReadOnlySpan<byte> subjectPublicKeyInfo) => [.. SignaturePrefix, .. subjectPublicKeyInfo];

    /// <summary>The TLS library of Windows cannot use a key that was never stored.</summary>
    private static X509Certificate2 Reload(X509Certificate2 certificate)
    {
        using (certificate)
            return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), password: null);
    }
}
