using System.Formats.Asn1;
using System.Security.Cryptography;
using Org.BouncyCastle.Asn1.X9;
using Org.BouncyCastle.Crypto.EC;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Crypto.Signers;
using BigInteger = Org.BouncyCastle.Math.BigInteger;

namespace Rcmgr.Libp2p.Identity;

internal sealed class Secp256k1Verifier : SignatureVerifier
{
    private const int CompressedLength = 33;
    private const int UncompressedLength = 65;
    private const int MaxSignatureLength = 72;

    private static readonly ECDomainParameters Domain = CreateDomain();

    private readonly byte[] _data;
    private readonly ECPublicKeyParameters _key;

    private Secp256k1Verifier(ECPublicKeyParameters key)
    {
        _key = key;
        _data = key.Q.GetEncoded(compressed: true);
    }

    public override ReadOnlySpan<byte> KeyData => _data;

    public static (SignatureVerifier? Verifier, string? Error) Create(ReadOnlySpan<byte> data)
    {
        if (!HasKnownForm(data))
        {
            return (null, "A secp256k1 key must be a compressed or an uncompressed point.");
        }
        try
        {
            var point = Domain.Curve.DecodePoint(data.ToArray());
            return (new Secp256k1Verifier(new ECPublicKeyParameters(point, Domain)), null);
        }
        catch (ArgumentException)
        {
            return (null, "The secp256k1 key is not a point of the curve.");
        }
    }

    public override bool Verify(ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature)
    {
        if (signature.Length > MaxSignatureLength || !TryReadSignature(signature, out var r, out var s))
        {
            return false;
        }
        var signer = new ECDsaSigner();
        signer.Init(forSigning: false, _key);
        return signer.VerifySignature(SHA256.HashData(data), r, s);
    }

    private static bool HasKnownForm(ReadOnlySpan<byte> data) => data.Length switch
    {
        CompressedLength => data[0] is 0x02 or 0x03,
        UncompressedLength => data[0] == 0x04,
        _ => false,
    };

    private static bool TryReadSignature(ReadOnlySpan<byte> signature, out BigInteger r, out BigInteger s)
    {
        r = s = BigInteger.Zero;
        try
        {
            AsnDecoder.ReadSequence(signature, AsnEncodingRules.DER, out int offset, out int length, out int consumed);
            if (consumed != signature.Length)
            {
                return false;
            }
            var content = signature.Slice(offset, length);
            r = new BigInteger(AsnDecoder.ReadIntegerBytes(content, AsnEncodingRules.DER, out int first).ToArray());
            s = new BigInteger(AsnDecoder.ReadIntegerBytes(content[first..], AsnEncodingRules.DER, out int second).ToArray());
            return first + second == content.Length;
        }
        catch (AsnContentException)
        {
            return false;
        }
    }

    private static ECDomainParameters CreateDomain()
    {
        X9ECParameters curve = CustomNamedCurves.GetByName("secp256k1");
        return new ECDomainParameters(curve.Curve, curve.G, curve.N, curve.H);
    }
}
