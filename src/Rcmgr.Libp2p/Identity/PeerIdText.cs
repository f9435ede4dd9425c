using SimpleBase;

namespace Rcmgr.Libp2p.Identity;

/// <summary>The text forms of a peer id: bare base58btc, and a CIDv1 with the libp2p-key codec in a multibase.</summary>
internal static class PeerIdText
{
    // A hexadecimal CID of the longest multihash has 93 characters; every decoder below is at worst quadratic in this.
    public const int MaxLength = 96;

    private const byte CidVersion = 0x01;
    private const byte Libp2pKeyCodec = 0x72;

    public static string ToBase58(ReadOnlySpan<byte> multihash) => Base58.Bitcoin.Encode(multihash);

    public static string ToCid(ReadOnlySpan<byte> multihash) => "b" + ToBase32([CidVersion, Libp2pKeyCodec, .. multihash]);

    /// <summary>The multihash in <paramref name="text"/>, or null and the reason.</summary>
    public static byte[]? TryDecode(string text, out string? error)
    {
        error = null;
        if (text.Length is 0 or > MaxLength)
        {
            error = $"A peer id has 1 to {MaxLength} characters.";
            return null;
        }
        bool bare = text[0] == '1' || text.StartsWith("Qm", StringComparison.Ordinal);
        byte[]? bytes = bare ? DecodeBase58(text) : DecodeMultibase(text);
        if (bytes is null)
        {
            error = "The peer id is neither base58btc nor a CID in base58btc, base36, base32 or base16.";
            return null;
        }
        if (bare)
        {
            return bytes;
        }
        if (bytes is not [CidVersion, Libp2pKeyCodec, .. var multihash])
        {
            error = "The CID is not of version 1 with the codec libp2p-key.";
            return null;
        }
        return multihash;
    }

    private static byte[]? DecodeMultibase(string text)
    {
        string digits = text[1..];
        return text[0] switch
        {
            'z' => DecodeBase58(digits),
            'b' => Decode(digits, Base32.Rfc4648, ToBase32),
            'k' => Decode(digits, Base36.LowerCase, static bytes => Base36.LowerCase.Encode(bytes)),
            'f' => Decode(digits, Base16.LowerCase, static bytes => Base16.LowerCase.Encode(bytes)),
            _ => null,
        };
    }

    private static byte[]? DecodeBase58(string digits) =>
        Decode(digits, Base58.Bitcoin, static bytes => Base58.Bitcoin.Encode(bytes));

    // Decoders differ in what they forgive (case, padding, stray bits): only what encodes back to the same text is taken.
    private static byte[]? Decode(string digits, INonAllocatingBaseCoder coder, Func<byte[], string> encode)
    {
        byte[] buffer = new byte[MaxLength];
        try
        {
            if (!coder.TryDecode(digits, buffer, out int written))
            {
                return null;
            }
            byte[] bytes = buffer[..written];
            return encode(bytes) == digits ? bytes : null;
        }
        catch (Exception e) when (e is ArgumentException or FormatException or InvalidOperationException)
        {
            return null;
        }
    }

    private static string ToBase32(byte[] bytes) => Base32.Rfc4648.Encode(bytes, padding: false).ToLowerInvariant();
}
