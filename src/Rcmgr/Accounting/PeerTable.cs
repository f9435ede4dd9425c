namespace Rcmgr;

/// <summary>The peers of one shard, linked through the scopes themselves: a look-up touches a bucket and the scope.</summary>
internal sealed class PeerTable
{
    private const int FirstSize = 16;

    // Shards are chosen by the lowest bits of the hash.
    private const int ShardBits = 10;

    private PeerScope?[] _buckets = new PeerScope?[FirstSize];
    private int _count;

    public PeerScope? Find(PeerKey key)
    {
        PeerScope? peer = Bucket(key);
        while (peer is not null && !peer.Key.Equals(key))
            peer = peer.Next;
        return peer;
    }

    public void Add(PeerScope peer)
    {
        if (_count == _buckets.Length)
            Grow();
        ref PeerScope? bucket = ref Bucket(peer.Key);
        peer.Next = bucket;
        bucket = peer;
        _count++;
    }

    public void Remove(PeerScope peer)
    {
        ref PeerScope? link = ref Bucket(peer.Key);
        while (!ReferenceEquals(link, peer))
            link = ref link!.Next;
        link = peer.Next;
        peer.Next = null;
        _count--;
    }

    public IEnumerable<PeerScope> All()
    {
        foreach (PeerScope? bucket in _buckets)
        {
            for (PeerScope? peer = bucket; peer is not null; peer = peer.Next)
                yield return peer;
        }
    }

    private ref PeerScope? Bucket(PeerKey key) =>
        ref _buckets[((uint)key.GetHashCode() >> ShardBits) & (uint)(_buckets.Length - 1)];

    private void Grow()
    {
        PeerScope?[] old = _buckets;
        _buckets = new PeerScope?[old.Length * 2];
        foreach (PeerScope? bucket in old)
        {
            PeerScope? next;
            for (PeerScope? peer = bucket; peer is not null; peer = next)
            {
                next = peer.Next;
                ref PeerScope? link = ref Bucket(peer.Key);
                peer.Next = link;
                link = peer;
            }
        }
    }
}
