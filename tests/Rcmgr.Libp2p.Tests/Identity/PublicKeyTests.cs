using System.Numerics;
using System.Security.Cryptography;
using Google.Protobuf;
using Org.BouncyCastle.Crypto.EC;
using Rcmgr.Libp2p.Identity;
using Rcmgr.Libp2p.Identity.Messages;

namespace Rcmgr.Libp2p.Tests.Identity;

public sealed class PublicKeyTests
{
    private static readonly byte[] Data = "some bytes to sign"u8.ToArray();

    public static TheoryData<KeyType> Types => [KeyType.Rsa, KeyType.Ed25519, KeyType.Secp256k1, KeyType.Ecdsa];

    [Theory, MemberData(nameof(Types))]
    public void Published_key_is_read_and_encodes_to_the_same_bytes(KeyType type)
    {
        var key = KeyVectors.Parse(type);
        Assert.Equal(type, key.Type);
        Assert.Equal(KeyVectors.PublicKey(type), key.ToProtobuf());
        Assert.Equal(key, KeyVectors.Parse(type));
    }

    [Theory, MemberData(nameof(Types))]
    public void Signature_of_the_published_private_key_verifies(KeyType type) =>
        Assert.True(KeyVectors.Parse(type).Verify(Data, Signing.Sign(type, Data)));

    [Theory, MemberData(nameof(Types))]
    public void Signature_over_other_data_is_refused(KeyType type) =>
        Assert.False(KeyVectors.Parse(type).Verify("other bytes"u8, Signing.Sign(type, Data)));

    [Theory, MemberData(nameof(Types))]
    public void Signature_with_any_one_changed_byte_is_refused(KeyType type)
    {
        var key = KeyVectors.Parse(type);
        byte[] signature = Signing.Sign(type, Data);
        for (int i = 0; i < signature.Length; i += type == KeyType.Rsa ? 16 : 1)
        {
            byte[] changed = [.. signature];
            changed[i] ^= 0x01;
            Assert.False(key.Verify(Data, changed), $"byte {i}");
        }
    }

    [Theory, MemberData(nameof(Types))]
    public void Signature_that_is_empty_cut_or_extended_is_refused(KeyType type)
    {
        var key = KeyVectors.Parse(type);
        byte[] signature = Signing.Sign(type, Data);
        Assert.False(key.Verify(Data, []));
        Assert.False(key.Verify(Data, signature.AsSpan(..^1)));
        Assert.False(key.Verify(Data, [.. signature, 0]));
        Assert.False(key.Verify(Data, new byte[64 * 1024]));
    }

    [Theory, InlineData(KeyType.Secp256k1), InlineData(KeyType.Ecdsa)]
    public void Ecdsa_signature_of_zeros_or_negative_numbers_is_refused(KeyType type)
    {
        var key = KeyVectors.Parse(type);
        Assert.False(key.Verify(Data, Signing.EncodePair(0, 0)));
        Assert.False(key.Verify(Data, Signing.EncodePair(1, 0)));
        Assert.False(key.Verify(Data, Signing.EncodePair(-1, -1)));
        Assert.False(key.Verify(Data, Signing.EncodePair(BigInteger.One << 256, BigInteger.One << 256)));
    }

    [Fact]
    public void Uncompressed_secp256k1_key_is_the_same_peer_as_the_compressed_one()
    {
        var compressed = KeyVectors.Parse(KeyType.Secp256k1);
        byte[] point = CustomNamedCurves.GetByName("secp256k1").Curve.DecodePoint(compressed.Data.ToArray()).GetEncoded(compressed: false);

        var uncompressed = Parse(Encode(KeyKind.Secp256K1, point));

        Assert.Equal(compressed, uncompressed);
        Assert.Equal(PeerId.FromPublicKey(compressed), PeerId.FromPublicKey(uncompressed));
        Assert.True(uncompressed.Verify(Data, Signing.Sign(KeyType.Secp256k1, Data)));
    }

    [Theory]
    [InlineData(0x00)]
    [InlineData(0x06)]
    [InlineData(0x07)]
    public void Secp256k1_point_in_another_form_is_refused(byte form)
    {
        byte[] point = CustomNamedCurves.GetByName("secp256k1").G.GetEncoded(compressed: false);
        point[0] = form;
        AssertRefused(Encode(KeyKind.Secp256K1, point), "point");
    }

    [Fact]
    public void Points_off_their_curve_are_refused()
    {
        byte[] secp = [0x02, .. Enumerable.Repeat((byte)0xff, 32)];
        AssertRefused(Encode(KeyKind.Secp256K1, secp), "not a point");

        byte[] ecdsa = KeyVectors.Parse(KeyType.Ecdsa).Data.ToArray();
        ecdsa[^1] ^= 1;
        AssertRefused(Encode(KeyKind.Ecdsa, ecdsa), "not a point");
    }

    [Fact]
    public void Ecdsa_key_of_another_curve_is_refused()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        AssertRefused(Encode(KeyKind.Ecdsa, key.ExportSubjectPublicKeyInfo()), "P-256");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(31)]
    [InlineData(33)]
    [InlineData(64)]
    public void Ed25519_key_of_another_length_is_refused(int length) =>
        AssertRefused(Encode(KeyKind.Ed25519, new byte[length]), "32 bytes");

    [Fact]
    public void Ed25519_key_of_small_order_verifies_nothing()
    {
        // With the neutral element as key, the signature (R = neutral, S = 0) satisfies the bare equation for every message.
        byte[] neutral = [1, .. new byte[31]];
        var key = Parse(Encode(KeyKind.Ed25519, neutral));
        Assert.False(key.Verify(Data, [.. neutral, .. new byte[32]]));
    }

    public static TheoryData<string, string> NotDeterministic => new()
    {
        { "fields swapped", "1220" + Key + "0801" },
        { "over-long type", "088100" + "1220" + Key },
        { "over-long length", "0801" + "12a000" + Key },
        { "type twice", "0801" + "0801" + "1220" + Key },
        { "data twice", "0801" + "1220" + Key + "1220" + Key },
        { "unknown field", "0801" + "1220" + Key + "1801" },
        { "over-long tag", "8800" + "01" + "1220" + Key },
    };

    private const string Key = "1ed1e8fae2c4a144b8be8fd4b47bf3d3b34b871c3cacf6010f0e42d474fce27e";

    [Theory, MemberData(nameof(NotDeterministic))]
    public void Encoding_other_than_the_deterministic_one_is_refused(string what, string hex)
    {
        Assert.False(PublicKey.TryParse(Convert.FromHexString(hex), out _, out string? error), what);
        Assert.Contains("deterministic", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("0801")]
    [InlineData("1220" + Key)]
    [InlineData("0801" + "1221" + Key)]
    [InlineData("0801" + "12ffffffff0f" + Key)]
    [InlineData("ffffffffffffffffffff")]
    public void Message_without_type_or_whole_data_is_refused(string hex) =>
        AssertRefused(Convert.FromHexString(hex), "type and data");

    [Theory]
    [InlineData("04")]
    [InlineData("ffffffffffffffffff01")]
    public void Unknown_key_type_is_refused(string type) =>
        AssertRefused(Convert.FromHexString("08" + type + "1220" + Key), "type is unknown");

    [Fact]
    public void Encoding_that_is_too_long_is_refused_unread() =>
        AssertRefused(new byte[PublicKey.MaxLength + 1], "at most");

    private static PublicKey Parse(byte[] protobuf)
    {
        Assert.True(PublicKey.TryParse(protobuf, out var key, out string? error), error);
        return key;
    }

    private static void AssertRefused(byte[] protobuf, string reason)
    {
        Assert.False(PublicKey.TryParse(protobuf, out _, out string? error));
        Assert.Contains(reason, error, StringComparison.Ordinal);
    }

    private static byte[] Encode(KeyKind type, byte[] data) =>
        new PublicKeyMessage { Type = type, Data = ByteString.CopyFrom(data) }.ToByteArray();
}
