using System.Text;

namespace Rcmgr.Libp2p.Multiaddr;

/// <summary>Names and paths: UTF-8 without control characters; a name has no slash, a path starts with one.</summary>
internal static class TextValues
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static byte[]? Parse(string text) => IsName(text) ? Encode(text) : null;

    public static string? Format(ReadOnlySpan<byte> bytes) => Decode(bytes) is { } text && IsName(text) ? text : null;

    public static byte[]? ParsePath(string text) => IsPath(text) ? Encode(text) : null;

    public static string? FormatPath(ReadOnlySpan<byte> bytes) => Decode(bytes) is { } text && IsPath(text) ? text : null;

    private static bool IsName(string text) => text.Length > 0 && !text.Contains('/') && IsPrintable(text);

    // A slash at the end would be lost in the text form, where it is no part of the last value.
    private static bool IsPath(string text) => text.Length > 1 && text[0] == '/' && text[^1] != '/' && IsPrintable(text);

    private static bool IsPrintable(string text)
    {
        foreach (char c in text)
        {
            if (char.IsControl(c))
            {
                return false;
            }
        }
        return true;
    }

    private static byte[]? Encode(string text)
    {
        try
        {
            return Utf8.GetBytes(text);
        }
        catch (EncoderFallbackException)
        {
            return null;
        }
    }

    private static string? Decode(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return Utf8.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }
}
