namespace Rcmgr.Libp2p.Multiaddr;

/// <summary>Unsigned varints as the multiformats specification bounds them: shortest form, at most nine bytes.</summary>
internal static class UnsignedVarint
{
    public const int MaxLength = 9;

    private const byte MoreBit = 0x80;

    /// <summary>Reads a number off the front of <paramref name="source"/>; false (nothing taken) if it is cut off, too long or not minimal.</summary>
    public static bool TryRead(ref ReadOnlySpan<byte> source, out ulong value)
    {
        value = 0;
        for (int i = 0; i < source.Length && i < MaxLength; i++)
        {
            byte b = source[i];
            value |= (ulong)(b & ~MoreBit) << (7 * i);
            if ((b & MoreBit) != 0)
            {
                continue;
            }
            if (b == 0 && i > 0)
            {
                return false;
            }
            source = source[(i + 1)..];
            return true;
        }
        return false;
    }

    /// <summary>Appends <paramref name="value"/> to <paramref name="target"/>.</summary>
    public static void Write(List<byte> target, ulong value)
    {
        while (value >= MoreBit)
        {
            target.Add((byte)(value | MoreBit));
            value >>= 7;
        }
        target.Add((byte)value);
    }
}
