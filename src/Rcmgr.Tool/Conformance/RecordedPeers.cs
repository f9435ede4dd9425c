using System.Buffers;
using System.Text;
using Rcmgr.Libp2p.Identity;

namespace Rcmgr.Tool.Conformance;

/// <summary>Peers as recorded files name them.</summary>
internal static class RecordedPeers
{
    /// <summary>The key of a peer id in text form.</summary>
    public static PeerKey Parse(string text) => PeerId.Parse(text).Key;

    /// <summary>As <see cref="Parse"/>, with null for a text that is not a peer id.</summary>
    public static PeerKey? TryParse(string text) => PeerId.TryParse(text, out PeerId? peer) ? peer.Key : null;

    /// <summary>
    /// How a writer that takes a peer id's raw bytes for text spells them: every byte that is not UTF-8 becomes U+FFFD.
    /// This loses the peer id, but it can be compared.
    /// </summary>
    public static string AsLossyText(string peerId)
    {
        StringBuilder text = new();
        ReadOnlySpan<byte> rest = PeerId.Parse(peerId).Bytes;
        while (!rest.IsEmpty)
        {
            OperationStatus status = Rune.DecodeFromUtf8(rest, out Rune rune, out int length);
            text.Append(rune.ToString());
            rest = rest[(status == OperationStatus.Done ? length : 1)..];
        }

        return text.ToString();
    }
}
