using Google.Protobuf;
using Rcmgr.Libp2p.Identity;
using Rcmgr.Libp2p.Identity.Messages;

namespace Rcmgr.Libp2p.Tests.Identity;

public sealed class PeerIdTests
{
    private const string Inline = "12D3KooWCryG7Mon9orvQxcS1rYZjotPgpwoJNHHKcLLfE4Hf5mV";
    private const string Hashed = "QmcgpsyWgH8Y8ajJz1Cu72KnS5uo2Aa2LpzU7kinSupNKC";

    [Theory]
    [InlineData(Inline, Inline)]
    [InlineData("k51qzi5uqu5dhb6l8spkdx7yxafegfkee5by8h7lmjh2ehc2sgg34z7c15vzqs", Inline)]
    [InlineData("bafzaajaiaejcalj543iwv2d7pkjt7ykvefrkfu7qjfi6sduakhso4lay6abn2d5u", Inline)]
    [InlineData(Hashed, Hashed)]
    [InlineData("k2k4r8oqamigqdo6o7hsbfwd45y70oyynp98usk7zmyfrzpqxh1pohl7", Hashed)]
    [InlineData("bafzbeigvf25ytwc3akrijfecaotc74udrhcxzh2cx3we5qqnw5vgrei4bm", Hashed)]
    [InlineData("bafzbeie5745rpv2m6tjyuugywy4d5ewrqgqqhfnf445he3omzpjbx5xqxe", "QmYyQSo1c1Ym7orWxLYvCrM2EmxFTANf8wXmmE7DWjhx5N")]
    public void Every_text_form_reads_as_the_base58_form(string text, string canonical)
    {
        var id = PeerId.Parse(text);
        Assert.Equal(canonical, id.ToString());
        Assert.Equal(canonical, id.Key.Text);
        Assert.Same(id.Key, id.Key);
        Assert.Equal(PeerId.Parse(canonical), id);
        Assert.True(PeerId.Parse(canonical) == id);
        Assert.Equal(id, PeerId.Parse(id.ToCidString()));
    }

    [Fact]
    public void Cid_in_base58_and_base16_is_read_too()
    {
        var id = PeerId.Parse(Hashed);
        byte[] cid = [0x01, 0x72, .. id.Bytes];
        Assert.Equal(id, PeerId.Parse("z" + SimpleBase.Base58.Bitcoin.Encode(cid)));
        Assert.Equal(id, PeerId.Parse("f" + Convert.ToHexStringLower(cid)));
        Assert.Equal(id, PeerId.Parse("u" + System.Buffers.Text.Base64Url.EncodeToString(cid)));
    }

    [Fact]
    public void Cid_text_is_base32()
    {
        Assert.Equal("bafzbeigvf25ytwc3akrijfecaotc74udrhcxzh2cx3we5qqnw5vgrei4bm", PeerId.Parse(Hashed).ToCidString());
        Assert.Equal("bafzaajaiaejcalj543iwv2d7pkjt7ykvefrkfu7qjfi6sduakhso4lay6abn2d5u", PeerId.Parse(Inline).ToCidString());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("1")]
    [InlineData("Q")]
    [InlineData("Qm")]
    [InlineData("xyz")]
    [InlineData("z")]
    [InlineData("b")]
    [InlineData("12D3KooW0OIl")]
    [InlineData(" " + Hashed)]
    [InlineData(Hashed + " ")]
    [InlineData(Hashed + "1")]
    [InlineData(Hashed + "=")]
    [InlineData("1" + Hashed)]
    [InlineData("BAFZBEIGVF25YTWC3AKRIJFECAOTC74UDRHCXZH2CX3WE5QQNW5VGREI4BM")]
    [InlineData("bafzbeigvf25ytwc3akrijfecaotc74udrhcxzh2cx3we5qqnw5vgrei4bm=")]
    [InlineData("bAFzbeigvf25ytwc3akrijfecaotc74udrhcxzh2cx3we5qqnw5vgrei4bm")]
    [InlineData("bafkreifoybygix7fh3r3g5rqle3wcnhqldgdg4shzf4k3ulyw3gn7mabt4")]
    [InlineData("QmxoHT6iViN5xAjoz1VZ553cL31U9F94ht3QvWR1FrEbZY")]
    public void Text_that_is_no_peer_id_is_refused_with_a_reason(string? text)
    {
        Assert.False(PeerId.TryParse(text, out var id, out string? error));
        Assert.Null(id);
        Assert.NotEmpty(error);
        Assert.False(PeerId.TryParse(text, out _));
        if (text is not null)
        {
            Assert.Equal(error, Assert.Throws<FormatException>(() => PeerId.Parse(text)).Message);
        }
    }

    [Theory]
    [InlineData('1')]
    [InlineData('z')]
    [InlineData('k')]
    [InlineData('b')]
    public void Text_that_is_too_long_is_refused_undecoded(char digit)
    {
        Assert.False(PeerId.TryParse(new string(digit, 1_000_000), out _, out string? error));
        Assert.Contains("characters", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("00")]
    [InlineData("0000")]
    [InlineData("000201")]
    [InlineData("00020102ff")]
    [InlineData("8000020102")]
    [InlineData("0082000102")]
    [InlineData("1220")]
    [InlineData("1202aabb")]
    [InlineData("1120")]
    public void Bytes_that_are_no_supported_multihash_are_refused(string hex) =>
        Assert.False(PeerId.TryFromBytes(Convert.FromHexString(hex), out _));

    [Fact]
    public void Multihashes_up_to_the_bounds_are_taken()
    {
        AssertBytes(true, [0x12, 32, .. new byte[32]]);
        AssertBytes(false, [0x12, 31, .. new byte[31]]);
        AssertBytes(false, [0x12, 32, .. new byte[33]]);
        AssertBytes(false, [0x11, 32, .. new byte[32]]);
        AssertBytes(true, [0, 42, .. new byte[42]]);
        AssertBytes(false, [0, 43, .. new byte[43]]);
    }

    [Theory, InlineData(KeyType.Ed25519), InlineData(KeyType.Secp256k1)]
    public void Short_key_is_contained_in_its_id(KeyType type)
    {
        var key = KeyVectors.Parse(type);
        var id = PeerId.FromPublicKey(key);
        Assert.Equal(key.ToProtobuf(), id.Bytes[2..].ToArray());
        Assert.True(id.TryGetPublicKey(out var contained));
        Assert.Equal(key, contained);
    }

    [Theory, InlineData(KeyType.Rsa), InlineData(KeyType.Ecdsa)]
    public void Long_key_is_hashed_into_its_id(KeyType type)
    {
        var id = PeerId.FromPublicKey(KeyVectors.Parse(type));
        Assert.Equal(34, id.Bytes.Length);
        Assert.StartsWith("Qm", id.ToString(), StringComparison.Ordinal);
        Assert.False(id.TryGetPublicKey(out _));
    }

    [Fact]
    public void Id_of_a_published_rsa_key_is_the_published_one()
    {
        using var rsa = System.Security.Cryptography.RSA.Create();
        rsa.ImportRSAPublicKey(Convert.FromBase64String(RsaPublicKey), out _);
        byte[] protobuf = new PublicKeyMessage { Type = KeyKind.Rsa, Data = ByteString.CopyFrom(rsa.ExportSubjectPublicKeyInfo()) }.ToByteArray();
        Assert.True(PublicKey.TryParse(protobuf, out var key, out string? error), error);
        Assert.Equal("QmcJeseojbPW9hSejUM1sQ1a2QmbrryPK4Z8pWbRUPaYEn", PeerId.FromPublicKey(key).ToString());
    }

    [Fact]
    public void Id_that_contains_no_key_yields_none()
    {
        Assert.True(PeerId.TryFromBytes([0, 3, 1, 2, 3], out var id));
        Assert.False(id.TryGetPublicKey(out _));
    }

    private static void AssertBytes(bool taken, byte[] bytes)
    {
        Assert.Equal(taken, PeerId.TryFromBytes(bytes, out var id));
        if (id is not null)
        {
            Assert.Equal(bytes, id.Bytes.ToArray());
            Assert.Equal(id, PeerId.Parse(id.ToString()));
            Assert.Equal(id, PeerId.Parse(id.ToCidString()));
        }
    }

    // The public half of the key go-libp2p tests its peer ids with.
    private const string RsaPublicKey =
        "MIIBCgKCAQEAt4Yz7T5Yu9YBTcxieq1IWHW+uQQ8FuyK54hGmSous7VuCM9DKLhCWPBjxtYkH6mSqecPR9hDYeCNW5NnbHs6yezZ3oOBKne/Ap"
        + "nh0wIGj9zyrMaIXTKP0zhTccJfEpBBfBclW4qNkwqIo2DR1Lqa2bquzDxACWK92dXhJDP8UaTKd2CPUtkmLGUMW5pkNPxnxzhL2Go3aMNarba3"
        + "lU0JL5gqaSrTSxFOSJ6V/1uX3mkAo9KXe5e+HWmYDNlls947hFAlRu7XUVD4O4sdU2KLGzfegigt6tjCcXv8CfYEeSb452mmqKJ/pnIub6ys8X"
        + "SgQ5mf2Wy4hw31ZYzJG3TkCwIDAQAB";
}
