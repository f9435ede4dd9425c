using System.Formats.Asn1;
using System.Security.Cryptography;
using NSec.Cryptography;

namespace Rcmgr.Libp2p.Security.Tls;

/// <summary>
/// Verifies that a certificate is signed by its own key. Accepts ECDSA over P-256 and P-384, RSA of 2048 to 8192 bits with
/// PKCS#1 padding, and Ed25519.
/// </summary>
internal static class CertificateSignature
{
    private const int MinRsaBits = 2048;
    private const int MaxRsaBits = 8192;
    private const int MaxRsaExponentBytes = 4;

    /// <exception cref="SecurityException">The key or algorithm is not accepted, or the signature is wrong.</exception>
    public static void VerifySelfSigned(CertificateFields certificate)
    {
        bool isValid;
        try
        {
            isValid = Verify(certificate);
        }
        catch (Exception e) when (e is CryptographicException or AsnContentException)
        {
            throw new SecurityException(SecurityFailure.UnsupportedKey, "The certificate's key cannot be used.", e);
        }
        if (!isValid)
            throw new SecurityException(SecurityFailure.BadSignature, "The certificate is not signed by its own key.");
    }

    private static bool Verify(CertificateFields certificate)
    {
        var key = KeyInfo.Parse(certificate.SubjectPublicKeyInfo);
        return (key.Algorithm, certificate.SignatureAlgorithm) switch
        {
            ("1.2.840.10045.2.1", "1.2.840.10045.4.3.2") => VerifyEcdsa(certificate, key, HashAlgorithmName.SHA256),
            ("1.2.840.10045.2.1", "1.2.840.10045.4.3.3") => VerifyEcdsa(certificate, key, HashAlgorithmName.SHA384),
            ("1.2.840.10045.2.1", "1.2.840.10045.4.3.4") => VerifyEcdsa(certificate, key, HashAlgorithmName.SHA512),
            ("1.2.840.113549.1.1.1", "1.2.840.113549.1.1.11") => VerifyRsa(certificate, key, HashAlgorithmName.SHA256),
            ("1.2.840.113549.1.1.1", "1.2.840.113549.1.1.12") => VerifyRsa(certificate, key, HashAlgorithmName.SHA384),
            ("1.2.840.113549.1.1.1", "1.2.840.113549.1.1.13") => VerifyRsa(certificate, key, HashAlgorithmName.SHA512),
            ("1.3.101.112", "1.3.101.112") => VerifyEd25519(certificate, key),
            _ => throw Unsupported($"a key of type {key.Algorithm} with a signature of type {certificate.SignatureAlgorithm}"),
        };
    }

    private static bool VerifyEcdsa(CertificateFields certificate, KeyInfo key, HashAlgorithmName hash)
    {
        // A named curve only: parameters spelled out would let the sender choose a curve of its own.
        if (key.Curve is not ("1.2.840.10045.3.1.7" or "1.3.132.0.34"))
            throw Unsupported($"the curve {key.Curve ?? "of its own"}");
        using var ecdsa = ECDsa.Create();
        ecdsa.ImportSubjectPublicKeyInfo(certificate.SubjectPublicKeyInfo.Span, out _);
        return ecdsa.VerifyData(
            certificate.ToBeSigned.Span, certificate.Signature.Span, hash, DSASignatureFormat.Rfc3279DerSequence);
    }

    private static bool VerifyRsa(CertificateFields certificate, KeyInfo key, HashAlgorithmName hash)
    {
        var numbers = new AsnReader(key.Key, AsnEncodingRules.DER).ReadSequence();
        var modulus = numbers.ReadIntegerBytes().Span.TrimStart((byte)0);
        int exponentBytes = numbers.ReadIntegerBytes().Length;
        if (modulus.Length is < MinRsaBits / 8 or > MaxRsaBits / 8 || exponentBytes > MaxRsaExponentBytes)
            throw Unsupported($"an RSA key of {modulus.Length * 8} bits");
        using var rsa = RSA.Create();
        rsa.ImportSubjectPublicKeyInfo(certificate.SubjectPublicKeyInfo.Span, out _);
        return rsa.VerifyData(certificate.ToBeSigned.Span, certificate.Signature.Span, hash, RSASignaturePadding.Pkcs1);
    }

    private static bool VerifyEd25519(CertificateFields certificate, KeyInfo key)
    {
        var algorithm = SignatureAlgorithm.Ed25519;
        bool isKey = NSec.Cryptography.PublicKey.TryImport(algorithm, key.Key.Span, KeyBlobFormat.RawPublicKey, out var publicKey);
        if (!isKey || publicKey is null)
            throw Unsupported("a malformed Ed25519 key");
        return algorithm.Verify(publicKey, certificate.ToBeSigned.Span, certificate.Signature.Span);
    }

    private static SecurityException Unsupported(string what) =>
        new(SecurityFailure.UnsupportedKey, $"The certificate has {what}, which is not accepted.");

    private readonly record struct KeyInfo(string Algorithm, string? Curve, ReadOnlyMemory<byte> Key)
    {
        public static KeyInfo Parse(ReadOnlyMemory<byte> subjectPublicKeyInfo)
        {
            var info = new AsnReader(subjectPublicKeyInfo, AsnEncodingRules.DER).ReadSequence();
            var algorithm = info.ReadSequence();
            string identifier = algorithm.ReadObjectIdentifier();
            bool namesCurve = algorithm.HasData && algorithm.PeekTag().HasSameClassAndValue(Asn1Tag.ObjectIdentifier);
            string? curve = namesCurve ? algorithm.ReadObjectIdentifier() : null;
            return new KeyInfo(identifier, curve, info.ReadBitString(out _));
        }
    }
}
