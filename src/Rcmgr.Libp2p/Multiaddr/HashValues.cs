using Rcmgr.Libp2p.Identity;

namespace Rcmgr.Libp2p.Multiaddr;

/// <summary>Peer ids and certificate hashes; both are multihashes.</summary>
internal static class HashValues
{
    public static byte[]? ParsePeerId(string text) => PeerId.TryParse(text, out var id) ? id.Bytes.ToArray() : null;

    public static string? FormatPeerId(ReadOnlySpan<byte> bytes) => PeerId.TryFromBytes(bytes, out var id) ? id.ToString() : null;

    public static byte[]? ParseMultihash(string text) => MultibaseText.Decode(text);

    public static string? FormatMultihash(ReadOnlySpan<byte> bytes) =>
        IsMultihash(bytes) ? MultibaseText.ToMultibase64Url(bytes) : null;

    private static bool IsMultihash(ReadOnlySpan<byte> bytes) =>
        UnsignedVarint.TryRead(ref bytes, out _)
        && UnsignedVarint.TryRead(ref bytes, out ulong length)
        && length > 0
        && length == (ulong)bytes.Length;
}
