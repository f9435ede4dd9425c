using System.Formats.Asn1;
using System.Numerics;
using Google.Protobuf;
using Rcmgr.Libp2p.Identity;
using Rcmgr.Libp2p.Identity.Messages;

namespace Rcmgr.Libp2p.Tests.Identity;

public sealed class RsaBoundsTests
{
    private const string RsaEncryption = "1.2.840.113549.1.1.1";

    [Theory]
    [InlineData(2048)]
    [InlineData(3072)]
    [InlineData(8191)]
    [InlineData(8192)]
    public void Modulus_within_the_bounds_is_taken(int bits)
    {
        Assert.True(PublicKey.TryParse(Encode(Modulus(bits), 65537), out var key, out string? error), error);
        Assert.False(key.Verify("data"u8, new byte[bits / 8]));
        Assert.False(key.Verify("data"u8, [.. Enumerable.Repeat((byte)0xff, (bits + 7) / 8)]));
    }

    [Theory]
    [InlineData(8)]
    [InlineData(1024)]
    [InlineData(2047)]
    [InlineData(8193)]
    [InlineData(16384)]
    [InlineData(30000)]
    public void Modulus_out_of_bounds_is_refused_with_its_size(int bits) =>
        AssertRefused(Encode(Modulus(bits), 65537), $"this one has {bits}");

    [Fact]
    public void Modulus_too_large_for_any_message_is_refused_unread() =>
        AssertRefused(Encode(Modulus(65536), 65537), "at most");

    [Fact]
    public void Even_modulus_is_refused() => AssertRefused(Encode(Modulus(2048) - 1, 65537), "even");

    [Theory]
    [InlineData("3")]
    [InlineData("17")]
    [InlineData("4294967295")]
    public void Odd_exponent_from_3_to_2_to_the_32_is_taken(string exponent)
    {
        Assert.True(PublicKey.TryParse(Encode(Modulus(2048), BigInteger.Parse(exponent, null)), out var key, out string? error), error);
        Assert.False(key.Verify("data"u8, new byte[256]));
    }

    [Theory]
    [InlineData("0")]
    [InlineData("1")]
    [InlineData("2")]
    [InlineData("65536")]
    [InlineData("4294967297")]
    [InlineData("340282366920938463463374607431768211457")]
    public void Other_exponents_are_refused(string exponent) =>
        AssertRefused(Encode(Modulus(2048), BigInteger.Parse(exponent, null)), "exponent");

    [Fact]
    public void Negative_numbers_are_refused()
    {
        AssertRefused(Encode(-Modulus(2048), 65537), "DER");
        AssertRefused(Encode(Modulus(2048), -65537), "DER");
    }

    [Fact]
    public void Key_with_anything_left_out_or_added_is_refused()
    {
        byte[] good = Spki(Modulus(2048), 65537, RsaEncryption, withNull: true);
        AssertRefused(Wrap([.. good, 0]), "DER");
        AssertRefused(Wrap(good[..^1]), "DER");
        AssertRefused(Wrap(Spki(Modulus(2048), 65537, RsaEncryption, withNull: false)), "DER");
        AssertRefused(Wrap(Spki(Modulus(2048), 65537, "1.2.840.113549.1.1.10", withNull: true)), "DER");
        AssertRefused(Wrap([]), "DER");
    }

    private static void AssertRefused(byte[] protobuf, string reason)
    {
        Assert.False(PublicKey.TryParse(protobuf, out _, out string? error));
        Assert.Contains(reason, error, StringComparison.Ordinal);
    }

    /// <summary>An odd number of exactly so many bits; none of the checks knows whether it is a product of two primes.</summary>
    private static BigInteger Modulus(int bits) => (BigInteger.One << (bits - 1)) + (BigInteger.One << (bits / 2)) + 1;

    private static byte[] Encode(BigInteger modulus, BigInteger exponent) =>
        Wrap(Spki(modulus, exponent, RsaEncryption, withNull: true));

    private static byte[] Wrap(byte[] data) =>
        new PublicKeyMessage { Type = KeyKind.Rsa, Data = ByteString.CopyFrom(data) }.ToByteArray();

    private static byte[] Spki(BigInteger modulus, BigInteger exponent, string algorithm, bool withNull)
    {
        var key = new AsnWriter(AsnEncodingRules.DER);
        using (key.PushSequence())
        {
            key.WriteInteger(modulus);
            key.WriteInteger(exponent);
        }
        var info = new AsnWriter(AsnEncodingRules.DER);
        using (info.PushSequence())
        {
            using (info.PushSequence())
            {
                info.WriteObjectIdentifier(algorithm);
                if (withNull)
                {
                    info.WriteNull();
                }
            }
            info.WriteBitString(key.Encode());
        }
        return info.Encode();
    }
}
