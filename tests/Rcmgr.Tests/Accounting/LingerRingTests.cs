using static Rcmgr.Tests.Accounting.TestManagers;

namespace Rcmgr.Tests.Accounting;

/// <summary>How much room peers take that ended.</summary>
public sealed class LingerRingTests
{
    private readonly ResourceManager _manager = Counting.SingleGate.Create(Infinite);

    [Fact]
    public void The_peers_that_ended_last_are_remembered_and_no_others()
    {
        for (int i = 0; i < 100; i++)
            Come($"peer-{i}");

        Assert.Equal(Enumerable.Range(100 - LingerRing.Places, LingerRing.Places).Select(i => $"peer-{i}").Order(), Remembered());
    }

    [Fact]
    public void Who_comes_back_keeps_his_place_and_who_was_looked_at_leaves_it()
    {
        for (int i = 0; i < LingerRing.Places; i++)
            Come($"peer-{i}");
        Come("peer-0");
        using (_manager.ViewPeer(new PeerKey("peer-1")))
        {
        }

        Assert.Equal(Enumerable.Range(0, LingerRing.Places).Where(i => i != 1).Select(i => $"peer-{i}").Order(), Remembered());
    }

    [Fact]
    public void Who_was_looked_at_leaves_the_places_of_others_alone()
    {
        for (int i = 0; i < LingerRing.Places; i++)
            Come($"peer-{i}");
        using (_manager.ViewPeer(new PeerKey("peer-1")))
        {
        }

        for (int i = 100; i < 100 + LingerRing.Places; i++)
            Come($"peer-{i}");

        Assert.Equal(Enumerable.Range(100, LingerRing.Places).Select(i => $"peer-{i}").Order(), Remembered());
    }

    [Fact]
    public void A_peer_with_many_shares_finds_each_of_them_and_loses_all()
    {
        string[] names = [.. Enumerable.Range(0, 40).Select(i => $"/protocol/{i}")];
        StreamScope[] streams = [.. names.Select(Open)];

        Assert.Equal(2 * names.Length, _manager.TakeSnapshot().Scopes.Count(scope => scope.Kind is ScopeKind.ProtocolPeer or ScopeKind.ServicePeer));
        StreamScope[] again = [.. names.Select(Open)];
        Assert.All(_manager.TakeSnapshot().Scopes.Where(scope => scope.Kind == ScopeKind.ProtocolPeer), scope => Assert.Equal(2, scope.Use.StreamsInbound));

        foreach (StreamScope stream in (IEnumerable<StreamScope>)[.. streams.Where((_, i) => i % 3 == 0), .. again, .. streams])
            stream.Dispose();
        _manager.AssertEmpty();
    }

    private void Come(string peer) => _manager.OpenStream(new PeerKey(peer), Direction.Inbound).Dispose();

    private StreamScope Open(string name)
    {
        StreamScope stream = _manager.OpenStream(Alice, Direction.Inbound);
        stream.SetProtocol(name);
        stream.SetService(name);
        return stream;
    }

    private IEnumerable<string> Remembered() => _manager.System.Shard.Peers.All().Select(peer => peer.Key.Text).Order();
}
