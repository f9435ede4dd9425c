using System.Buffers.Binary;
using System.Globalization;

namespace Rcmgr.Libp2p.Multiaddr;

/// <summary>Decimal numbers without sign or leading zeros, big-endian in binary.</summary>
internal static class NumberValues
{
    public static byte[]? ParseByte(string text) => TryParse(text, byte.MaxValue, out ulong value) ? [(byte)value] : null;

    public static byte[]? ParsePort(string text) =>
        TryParse(text, ushort.MaxValue, out ulong value) ? [(byte)(value >> 8), (byte)value] : null;

    public static byte[]? ParseLong(string text)
    {
        if (!TryParse(text, ulong.MaxValue, out ulong value))
        {
            return null;
        }
        byte[] bytes = new byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, value);
        return bytes;
    }

    public static string? Format(ReadOnlySpan<byte> bytes)
    {
        ulong value = 0;
        foreach (byte b in bytes)
        {
            value = (value << 8) | b;
        }
        return value.ToString(CultureInfo.InvariantCulture);
    }

    public static bool TryParse(string text, ulong max, out ulong value) =>
        ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value)
        && value <= max
        && (text[0] != '0' || text.Length == 1);
}
