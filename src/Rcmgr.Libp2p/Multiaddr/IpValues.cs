using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Rcmgr.Libp2p.Multiaddr;

/// <summary>IP addresses, read strictly: the general parsers also take octal, short, bracketed and scoped forms.</summary>
internal static class IpValues
{
    private const int MaxIp6TextLength = 45;

    private static readonly SearchValues<char> Ip6Characters = SearchValues.Create("0123456789abcdefABCDEF:.");

    public static byte[]? ParseIp4(string text)
    {
        if (text.Length > 15)
        {
            return null;
        }
        string[] parts = text.Split('.');
        byte[] bytes = new byte[4];
        if (parts.Length != bytes.Length)
        {
            return null;
        }
        for (int i = 0; i < parts.Length; i++)
        {
            if (!NumberValues.TryParse(parts[i], byte.MaxValue, out ulong value))
            {
                return null;
            }
            bytes[i] = (byte)value;
        }
        return bytes;
    }

    public static string? FormatIp4(ReadOnlySpan<byte> bytes) => new IPAddress(bytes).ToString();

    public static byte[]? ParseIp6(string text)
    {
        if (text.Length > MaxIp6TextLength || text.AsSpan().ContainsAnyExcept(Ip6Characters) || !text.Contains(':'))
        {
            return null;
        }
        if (text.Contains('.') && ParseIp4(text[(text.LastIndexOf(':') + 1)..]) is null)
        {
            return null;
        }
        return IPAddress.TryParse(text, out var address) && address.AddressFamily == AddressFamily.InterNetworkV6
            ? address.GetAddressBytes()
            : null;
    }

    /// <summary>
    /// RFC 5952: lower-case, no leading zeros, the first longest run of two or more zero groups shortened, dotted form for
    /// IPv4-mapped addresses only (the framework writes it for others too).
    /// </summary>
    public static string? FormatIp6(ReadOnlySpan<byte> bytes)
    {
        if (new IPAddress(bytes) is { IsIPv4MappedToIPv6: true })
        {
            return "::ffff:" + FormatIp4(bytes[12..]);
        }
        Span<ushort> groups = stackalloc ushort[8];
        for (int i = 0; i < groups.Length; i++)
        {
            groups[i] = BinaryPrimitives.ReadUInt16BigEndian(bytes[(2 * i)..]);
        }
        var (start, length) = LongestZeroRun(groups);
        var text = new StringBuilder(39);
        for (int i = 0; i < groups.Length; i++)
        {
            if (i == start)
            {
                text.Append("::");
                i += length - 1;
                continue;
            }
            if (text.Length > 0 && text[^1] != ':')
            {
                text.Append(':');
            }
            text.Append(CultureInfo.InvariantCulture, $"{groups[i]:x}");
        }
        return text.ToString();
    }

    private static (int Start, int Length) LongestZeroRun(ReadOnlySpan<ushort> groups)
    {
        var best = (Start: -1, Length: 1);
        int length = 0;
        for (int i = 0; i < groups.Length; i++)
        {
            length = groups[i] == 0 ? length + 1 : 0;
            if (length > best.Length)
            {
                best = (i - length + 1, length);
            }
        }
        return best;
    }
}
