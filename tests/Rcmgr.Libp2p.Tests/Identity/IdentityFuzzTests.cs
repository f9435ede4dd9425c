using CsCheck;
using Google.Protobuf;
using Rcmgr.Libp2p.Identity;
using Rcmgr.Libp2p.Identity.Messages;

namespace Rcmgr.Libp2p.Tests.Identity;

public sealed class IdentityFuzzTests
{
    private static readonly KeyType[] Types = [KeyType.Rsa, KeyType.Ed25519, KeyType.Secp256k1, KeyType.Ecdsa];

    private static readonly Gen<(int At, byte Value)[]> Changes = Gen.Select(Gen.Int[0, 5000], Gen.Byte).Array[1, 4];

    [Fact]
    public void Random_bytes_never_break_the_key_parser() =>
        Gen.Byte.Array[0, 200].Sample(CheckKey, iter: 3000);

    [Fact]
    public void Random_key_data_of_every_type_never_breaks_the_key_parser() =>
        Gen.Select(Pick(Types), Gen.Byte.Array[0, 100]).Sample(
            (type, data) => CheckKey(new PublicKeyMessage { Type = (KeyKind)type, Data = ByteString.CopyFrom(data) }.ToByteArray()),
            iter: 3000);

    [Fact]
    public void Changed_keys_never_break_the_key_parser() =>
        Gen.Select(Pick(Types), Changes).Sample(
            (type, changes) => CheckKey(Change(KeyVectors.PublicKey(type), changes)),
            iter: 2000);

    [Fact]
    public void Random_signatures_are_refused() =>
        Gen.Select(Pick([.. Types.Select(KeyVectors.Parse)]), Gen.Byte.Array[0, 80]).Sample(
            (key, signature) => Assert.False(key.Verify("data"u8, signature)),
            iter: 500);

    [Fact]
    public void Random_bytes_never_break_the_peer_id_parser() =>
        Gen.OneOf(Gen.Byte.Array[0, 60], Gen.Byte.Array[0, 50].Select(b => (byte[])[0, (byte)b.Length, .. b])).Sample(
            bytes =>
            {
                if (PeerId.TryFromBytes(bytes, out var id))
                {
                    Assert.Equal(id, PeerId.Parse(id.ToString()));
                    Assert.Equal(id, PeerId.Parse(id.ToCidString()));
                    id.TryGetPublicKey(out _);
                }
            },
            iter: 3000);

    [Fact]
    public void Random_texts_never_break_the_peer_id_parser()
    {
        var digits = Gen.Char["123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"].Array[0, 100].Select(c => new string(c));
        var prefix = Pick("", "1", "Qm", "12D3KooW", "z", "b", "bafz", "k", "f0172", "u", "m", "é");
        Gen.Select(prefix, Gen.OneOf(digits, Gen.String)).Sample(
            (head, tail) =>
            {
                if (PeerId.TryParse(head + tail, out var id, out string? error))
                {
                    Assert.Equal(id, PeerId.Parse(id.ToString()));
                    return;
                }
                Assert.NotEmpty(error);
            },
            iter: 5000);
    }

    private static Gen<T> Pick<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    private static void CheckKey(byte[] protobuf)
    {
        if (PublicKey.TryParse(protobuf, out var key, out string? error))
        {
            Assert.InRange(key.ToProtobuf().Length, 1, protobuf.Length);
            Assert.False(key.Verify("data"u8, new byte[64]));
            Assert.InRange(PeerId.FromPublicKey(key).Bytes.Length, 3, 44);
            return;
        }
        Assert.NotEmpty(error);
    }

    private static byte[] Change(byte[] bytes, (int At, byte Value)[] changes)
    {
        foreach (var (at, value) in changes)
        {
            bytes[at % bytes.Length] = value;
        }
        return bytes;
    }
}
