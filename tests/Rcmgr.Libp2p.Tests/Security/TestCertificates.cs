using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using NSec.Cryptography;
using Rcmgr.Libp2p.Identity;
using Rcmgr.Libp2p.Security.Tls;

namespace Rcmgr.Libp2p.Tests.Security;

/// <summary>Makes certificates as honest peers, careless peers and attackers would.</summary>
internal static class TestCertificates
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UtcNow;

    public static X509Certificate2 Ecdsa(ECCurve curve, Action<CertificateRequest, byte[]> addExtensions, HashAlgorithmName hash)
    {
        using var key = ECDsa.Create(curve);
        var request = new CertificateRequest("CN=test", key, hash);
        addExtensions(request, key.ExportSubjectPublicKeyInfo());
        return request.CreateSelfSigned(Now.AddDays(-1), Now.AddDays(1));
    }

    public static X509Certificate2 P256(Action<CertificateRequest, byte[]> addExtensions) =>
        Ecdsa(ECCurve.NamedCurves.nistP256, addExtensions, HashAlgorithmName.SHA256);

    public static byte[] Rsa(int bits, HostIdentity identity)
    {
        using var key = RSA.Create(bits);
        var request = new CertificateRequest("CN=test", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(Proof(identity, key.ExportSubjectPublicKeyInfo()));
        using var certificate = request.CreateSelfSigned(Now.AddDays(-1), Now.AddDays(1));
        return certificate.RawData;
    }

    public static byte[] Ed25519(HostIdentity identity)
    {
        using var key = Key.Create(SignatureAlgorithm.Ed25519);
        var publicKey = Ed25519Generator.ToPublicKey(key);
        var request = new CertificateRequest(new X500DistinguishedName("CN=test"), publicKey, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(Proof(identity, publicKey.ExportSubjectPublicKeyInfo()));
        using var certificate = request.Create(
            request.SubjectName, new Ed25519Generator(key), Now.AddDays(-1), Now.AddDays(1), [1, 2, 3]);
        return certificate.RawData;
    }

    /// <summary>The libp2p extension of <paramref name="identity"/>; the signature may come from somebody else.</summary>
    public static X509Extension Proof(HostIdentity identity, byte[] subjectPublicKeyInfo, HostIdentity? signer = null, bool critical = false)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteOctetString(identity.PublicKey.ToProtobuf());
            writer.WriteOctetString((signer ?? identity).Sign([.. "libp2p-tls-handshake:"u8, .. subjectPublicKeyInfo]));
        }
        return new X509Extension(Libp2pCertificate.ExtensionIdentifier, writer.Encode(), critical);
    }

    private sealed class Ed25519Generator(Key key) : X509SignatureGenerator
    {
        public static System.Security.Cryptography.X509Certificates.PublicKey ToPublicKey(Key key) =>
            new(new Oid("1.3.101.112"), null, new AsnEncodedData(key.PublicKey.Export(KeyBlobFormat.RawPublicKey)));

        public override byte[] GetSignatureAlgorithmIdentifier(HashAlgorithmName hashAlgorithm) =>
            [0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70];

        public override byte[] SignData(byte[] data, HashAlgorithmName hashAlgorithm) => SignatureAlgorithm.Ed25519.Sign(key, data);

        protected override System.Security.Cryptography.X509Certificates.PublicKey BuildPublicKey() => ToPublicKey(key);
    }
}
