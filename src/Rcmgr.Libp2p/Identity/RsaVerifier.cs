using System.Formats.Asn1;
using System.Security.Cryptography;

namespace Rcmgr.Libp2p.Identity;

/// <summary>
/// RSA keys as PKIX structures. Sizes are checked on the encoded bytes, before any arithmetic, since the work of a
/// verification grows with them and the remote chooses the key.
/// </summary>
internal sealed class RsaVerifier : SignatureVerifier
{
    public const int MinModulusBits = 2048;
    public const int MaxModulusBits = 8192;
    private const ulong MinExponent = 3;
    private const ulong MaxExponent = 1UL << 32;
    private const string RsaEncryption = "1.2.840.113549.1.1.1";

    private readonly byte[] _data;
    private readonly RSAParameters _parameters;

    private RsaVerifier(byte[] data, RSAParameters parameters)
    {
        _data = data;
        _parameters = parameters;
    }

    public override ReadOnlySpan<byte> KeyData => _data;

    public static (SignatureVerifier? Verifier, string? Error) Create(ReadOnlySpan<byte> data)
    {
        try
        {
            return CreateCore(data.ToArray());
        }
        catch (AsnContentException)
        {
            return (null, "The RSA key is not a DER-encoded PKIX structure.");
        }
    }

    public override bool Verify(ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature)
    {
        if (signature.Length != _parameters.Modulus!.Length)
        {
            return false;
        }
        try
        {
            using var rsa = RSA.Create(_parameters);
            return rsa.VerifyData(data, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    private static (SignatureVerifier? Verifier, string? Error) CreateCore(byte[] data)
    {
        var key = ReadKeyBits(data);
        var modulus = StripSign(key.ReadIntegerBytes().Span);
        var exponent = StripSign(key.ReadIntegerBytes().Span);
        key.ThrowIfNotEmpty();

        if (CheckModulus(modulus) is { } modulusError)
        {
            return (null, modulusError);
        }
        if (CheckExponent(exponent) is { } exponentError)
        {
            return (null, exponentError);
        }
        return (new RsaVerifier(data, new RSAParameters { Modulus = modulus, Exponent = exponent }), null);
    }

    private static AsnReader ReadKeyBits(byte[] data)
    {
        var outer = new AsnReader(data, AsnEncodingRules.DER);
        var info = outer.ReadSequence();
        outer.ThrowIfNotEmpty();
        var algorithm = info.ReadSequence();
        if (algorithm.ReadObjectIdentifier() != RsaEncryption)
        {
            throw new AsnContentException();
        }
        algorithm.ReadNull();
        algorithm.ThrowIfNotEmpty();
        byte[] bits = info.ReadBitString(out int unused);
        info.ThrowIfNotEmpty();
        if (unused != 0)
        {
            throw new AsnContentException();
        }
        var inner = new AsnReader(bits, AsnEncodingRules.DER);
        var key = inner.ReadSequence();
        inner.ThrowIfNotEmpty();
        return key;
    }

    /// <summary>The magnitude of a DER integer; a negative one keeps its set high bit under no sign byte and is refused.</summary>
    private static byte[] StripSign(ReadOnlySpan<byte> integer)
    {
        if ((integer[0] & 0x80) != 0)
        {
            throw new AsnContentException();
        }
        return integer.Length > 1 && integer[0] == 0 ? integer[1..].ToArray() : integer.ToArray();
    }

    private static string? CheckModulus(ReadOnlySpan<byte> modulus)
    {
        int bits = (modulus.Length * 8) - (byte.LeadingZeroCount(modulus[0]));
        if (bits is < MinModulusBits or > MaxModulusBits)
        {
            return $"An RSA modulus must have {MinModulusBits} to {MaxModulusBits} bits; this one has {bits}.";
        }
        return (modulus[^1] & 1) == 0 ? "The RSA modulus is even." : null;
    }

    private static string? CheckExponent(ReadOnlySpan<byte> exponent)
    {
        ulong value = 0;
        foreach (byte b in exponent.Length > sizeof(ulong) ? [] : exponent)
        {
            value = (value << 8) | b;
        }
        return value is < MinExponent or > MaxExponent || (value & 1) == 0
            ? "An RSA public exponent must be odd and lie between 3 and 2^32."
            : null;
    }
}
