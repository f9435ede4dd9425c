namespace Rcmgr.Libp2p.Identity;

/// <summary>The text forms of a peer id: bare base58btc, and a CIDv1 with the libp2p-key codec in a multibase.</summary>
internal static class PeerIdText
{
    /// <summary>A hexadecimal CID of the longest multihash has 93 characters.</summary>
    public const int MaxLength = 96;

    private const byte CidVersion = 0x01;
    private const byte Libp2pKeyCodec = 0x72;

    public static string ToBase58(ReadOnlySpan<byte> multihash) => MultibaseText.ToBase58(multihash);

    public static string ToCid(ReadOnlySpan<byte> multihash) =>
        MultibaseText.ToMultibase32([CidVersion, Libp2pKeyCodec, .. multihash]);

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
        byte[]? bytes = bare ? MultibaseText.DecodeBase58(text) : MultibaseText.Decode(text);
        if (bytes is null)
        {
            error = "The peer id is neither base58btc nor a CID in base58btc, base36, base32, base16 or base64url.";
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
}
