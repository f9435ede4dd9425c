using CsCheck;

namespace Rcmgr.Libp2p.Tests.Security;

/// <summary>Generates hostile variations of honest bytes: flipped bits, cuts, insertions, repeats, plain noise.</summary>
internal static class Mutations
{
    private static readonly byte[] Boundaries = [0, 1, 0x7f, 0x80, 0xff];

    public static Gen<byte[]> Of(byte[] honest) => Gen.OneOf(
        Gen.Select(Position(honest), Gen.Int[0, 7]).Array[1, 4].Select(flips => Flip(honest, flips)),
        Position(honest).Select(cut => honest[..cut]),
        Gen.Select(Position(honest), Gen.Byte.Array[1, 40]).Select((at, extra) => (byte[])[.. honest[..at], .. extra, .. honest[at..]]),
        Gen.Select(Position(honest), Position(honest)).Select((x, y) => (byte[])[.. honest[..Math.Max(x, y)], .. honest[Math.Min(x, y)..]]),
        Gen.Select(Position(honest), Position(honest)).Select((x, y) => (byte[])[.. honest[..Math.Min(x, y)], .. honest[Math.Max(x, y)..]]),
        Gen.Select(Position(honest), Gen.Int[0, 4].Select(i => Boundaries[i])).Select((at, value) => Set(honest, at, value)),
        Gen.Byte.Array[0, 300]);

    private static Gen<int> Position(byte[] bytes) => Gen.Int[0, bytes.Length - 1];

    private static byte[] Flip(byte[] honest, (int At, int Bit)[] flips)
    {
        byte[] copy = [.. honest];
        foreach (var (at, bit) in flips)
            copy[at] ^= (byte)(1 << bit);
        return copy;
    }

    private static byte[] Set(byte[] honest, int at, byte value)
    {
        byte[] copy = [.. honest];
        copy[at] = value;
        return copy;
    }
}
