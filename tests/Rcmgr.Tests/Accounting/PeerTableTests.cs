using static Rcmgr.Tests.Accounting.TestManagers;

namespace Rcmgr.Tests.Accounting;

/// <summary>The peers of a shard.</summary>
public sealed class PeerTableTests
{
    private readonly Shard _shard = Counting.SingleGate.Create(Infinite).System.Shard;
    private readonly PeerTable _table = new();

    [Fact]
    public void Peers_that_come_and_go_at_any_fill_are_found_while_they_are_there()
    {
        Stack<PeerScope> peers = new();
        foreach (int count in (ReadOnlySpan<int>)[40, 16, 17, 8, 9, 4, 5, 2, 3, 1, 2, 0, 1, 100])
        {
            while (peers.Count > count)
                _table.Remove(peers.Pop());
            while (peers.Count < count)
            {
                PeerScope peer = Create($"peer-{peers.Count}");
                _table.Add(peer);
                peers.Push(peer);
            }

            Assert.All(peers, peer => Assert.Same(peer, _table.Find(peer.Key)));
            Assert.Equal(count, _table.All().Count());
        }
    }

    [Fact]
    public void Peers_that_have_gone_take_no_room()
    {
        PeerScope peer = Create("peer");
        _table.Add(peer);
        _table.Remove(peer);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 10_000; i++)
        {
            _table.Add(peer);
            _table.Remove(peer);
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    private PeerScope Create(string name) => new(_shard, ResourceLimits.AllowAll, new PeerKey(name));
}
