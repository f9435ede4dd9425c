using System.Buffers.Text;
using SimpleBase;

namespace Rcmgr.Libp2p.Identity;

/// <summary>
/// Bytes as text with a leading character that names the base. Decoders differ in what they forgive (case, padding, stray
/// bits), so only text that encodes back to itself is taken: one value has one text per base.
/// </summary>
internal static class MultibaseText
{
    /// <summary>The longest text that is decoded; base58 and base36 take time quadratic in the length.</summary>
    public const int MaxLength = 256;

    public static string ToBase58(ReadOnlySpan<byte> bytes) => Base58.Bitcoin.Encode(bytes);

    public static string ToMultibase32(ReadOnlySpan<byte> bytes) => "b" + ToBase32(bytes);

    public static string ToMultibase64Url(ReadOnlySpan<byte> bytes) => "u" + Base64Url.EncodeToString(bytes);

    /// <summary>The bytes behind base58btc digits that carry no multibase character; null for anything else.</summary>
    public static byte[]? DecodeBase58(ReadOnlySpan<char> digits) => Decode(digits, Base58.Bitcoin, ToBase58);

    /// <summary>The bytes behind a text in base58btc, base36, base32, base16 (all lower-case) or base64url; null for anything else.</summary>
    public static byte[]? Decode(string text) => text.Length < 2 ? null : text[0] switch
    {
        'z' => DecodeBase58(text.AsSpan(1)),
        'b' => Decode(text.AsSpan(1), Base32.Rfc4648, ToBase32),
        'k' => Decode(text.AsSpan(1), Base36.LowerCase, static bytes => Base36.LowerCase.Encode(bytes)),
        'f' => Decode(text.AsSpan(1), Base16.LowerCase, static bytes => Convert.ToHexStringLower(bytes)),
        'u' => DecodeBase64Url(text.AsSpan(1)),
        _ => null,
    };

    private static byte[]? Decode(ReadOnlySpan<char> digits, INonAllocatingBaseCoder coder, Func<ReadOnlySpan<byte>, string> encode)
    {
        if (digits.Length > MaxLength)
        {
            return null;
        }
        Span<byte> buffer = stackalloc byte[MaxLength];
        try
        {
            if (!coder.TryDecode(digits, buffer, out int written))
            {
                return null;
            }
            buffer = buffer[..written];
        }
        catch (Exception e) when (e is ArgumentException or FormatException or InvalidOperationException)
        {
            return null;
        }
        return digits.SequenceEqual(encode(buffer)) ? buffer.ToArray() : null;
    }

    private static byte[]? DecodeBase64Url(ReadOnlySpan<char> digits)
    {
        Span<byte> buffer = stackalloc byte[MaxLength];
        if (digits.Length > MaxLength || !Base64Url.IsValid(digits))
        {
            return null;
        }
        buffer = buffer[..Base64Url.DecodeFromChars(digits, buffer)];
        return digits.SequenceEqual(Base64Url.EncodeToString(buffer)) ? buffer.ToArray() : null;
    }

    private static string ToBase32(ReadOnlySpan<byte> bytes) => Base32.Rfc4648.Encode(bytes, padding: false).ToLowerInvariant();
}
