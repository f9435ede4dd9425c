using System.Formats.Asn1;
using System.Numerics;
using System.Security.Cryptography;
using NSec.Cryptography;
using Org.BouncyCastle.Crypto.EC;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Crypto.Signers;
using Rcmgr.Libp2p.Identity;
using BouncyInteger = Org.BouncyCastle.Math.BigInteger;

namespace Rcmgr.Libp2p.Tests.Identity;

/// <summary>Signs with the specification's private keys, as a remote peer would.</summary>
internal static class Signing
{
    public static byte[] Sign(KeyType type, byte[] data) => type switch
    {
        KeyType.Ed25519 => SignEd25519(data),
        KeyType.Secp256k1 => SignSecp256k1(data),
        KeyType.Ecdsa => SignEcdsa(data),
        _ => SignRsa(data),
    };

    private static byte[] SignEd25519(byte[] data)
    {
        byte[] seed = KeyVectors.PrivateKeyData(KeyType.Ed25519)[..32];
        using var key = Key.Import(SignatureAlgorithm.Ed25519, seed, KeyBlobFormat.RawPrivateKey);
        return SignatureAlgorithm.Ed25519.Sign(key, data);
    }

    private static byte[] SignSecp256k1(byte[] data)
    {
        var curve = CustomNamedCurves.GetByName("secp256k1");
        var scalar = new BouncyInteger(1, KeyVectors.PrivateKeyData(KeyType.Secp256k1));
        var signer = new ECDsaSigner();
        signer.Init(true, new ECPrivateKeyParameters(scalar, new ECDomainParameters(curve.Curve, curve.G, curve.N, curve.H)));
        var pair = signer.GenerateSignature(SHA256.HashData(data));
        return EncodePair(new BigInteger(pair[0].ToByteArray(), isBigEndian: true), new BigInteger(pair[1].ToByteArray(), isBigEndian: true));
    }

    private static byte[] SignEcdsa(byte[] data)
    {
        using var key = ECDsa.Create();
        key.ImportECPrivateKey(KeyVectors.PrivateKeyData(KeyType.Ecdsa), out _);
        return key.SignData(data, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
    }

    private static byte[] SignRsa(byte[] data)
    {
        using var key = RSA.Create();
        key.ImportRSAPrivateKey(KeyVectors.PrivateKeyData(KeyType.Rsa), out _);
        return key.SignData(data, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
    }

    /// <summary>The DER form of an ECDSA signature.</summary>
    public static byte[] EncodePair(BigInteger r, BigInteger s)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteInteger(r);
            writer.WriteInteger(s);
        }
        return writer.Encode();
    }
}
