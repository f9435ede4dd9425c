using System.Security.Cryptography;

namespace Rcmgr.Libp2p.Identity;

/// <summary>ECDSA over P-256; the key is a PKIX structure whose one DER form has a constant head.</summary>
internal sealed class EcdsaVerifier : SignatureVerifier
{
    private const int CoordinateLength = 32;
    private const int MaxSignatureLength = 72;

    private readonly byte[] _data;

    private EcdsaVerifier(byte[] data) => _data = data;

    public override ReadOnlySpan<byte> KeyData => _data;

    // SEQUENCE { SEQUENCE { id-ecPublicKey, prime256v1 }, BIT STRING { 04 …
    private static ReadOnlySpan<byte> Head =>
    [
        0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d,
        0x03, 0x01, 0x07, 0x03, 0x42, 0x00, 0x04,
    ];

    public static (SignatureVerifier? Verifier, string? Error) Create(ReadOnlySpan<byte> data)
    {
        if (data.Length != Head.Length + (2 * CoordinateLength) || !data.StartsWith(Head))
        {
            return (null, "An ECDSA key must be the DER encoding of an uncompressed P-256 point.");
        }
        var verifier = new EcdsaVerifier(data.ToArray());
        try
        {
            using var _ = verifier.Import();
            return (verifier, null);
        }
        catch (CryptographicException)
        {
            return (null, "The ECDSA key is not a point of P-256.");
        }
    }

    public override bool Verify(ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature)
    {
        if (signature.Length > MaxSignatureLength)
        {
            return false;
        }
        try
        {
            using var key = Import();
            return key.VerifyData(data, signature, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    private ECDsa Import() => ECDsa.Create(new ECParameters
    {
        Curve = ECCurve.NamedCurves.nistP256,
        Q = new ECPoint
        {
            X = _data[Head.Length..(Head.Length + CoordinateLength)],
            Y = _data[(Head.Length + CoordinateLength)..],
        },
    });
}
