using Rcmgr.Libp2p.Identity;

namespace Rcmgr.Libp2p.Connections;

/// <summary>Peers to keep, each for one or more reasons. Not for concurrent use.</summary>
internal sealed class ProtectedPeers
{
    private readonly Dictionary<PeerId, HashSet<string>> _tags = [];

    public bool Contains(PeerId peer) => _tags.ContainsKey(peer);

    public void Add(PeerId peer, string tag)
    {
        if (!_tags.TryGetValue(peer, out HashSet<string>? tags))
            _tags.Add(peer, tags = new HashSet<string>(StringComparer.Ordinal));
        tags.Add(tag);
    }

    /// <summary>True while another reason is left.</summary>
    public bool Remove(PeerId peer, string tag)
    {
        if (!_tags.TryGetValue(peer, out HashSet<string>? tags))
            return false;
        tags.Remove(tag);
        return tags.Count > 0 || !_tags.Remove(peer);
    }
}
