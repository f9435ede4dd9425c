using static Rcmgr.Tests.Accounting.TestManagers;

namespace Rcmgr.Tests.Accounting;

/// <summary>Who listens is told of every release and of every connection, stream and span, outside all gates.</summary>
public sealed class SeamTests
{
    [Fact]
    public void Every_release_is_told_with_the_peer_that_has_more_room()
    {
        ResourceManager manager = new(Infinite);
        Listener listener = new(manager);
        manager.Engine.CapacityListener = listener;
        StreamScope stream = manager.OpenStream(Alice, Direction.Inbound);
        ConnectionScope connection = manager.OpenConnection(Direction.Inbound, usesFileDescriptor: false);
        SpanScope span = stream.BeginSpan();
        Assert.Empty(listener.Peers);

        Tells(listener, Alice, () => stream.ReleaseMemory(0));
        Tells(listener, Alice, span.Dispose);
        Tells(listener, null, () => stream.SetProtocol("/a"));
        Tells(listener, null, () => connection.SetPeer(Bob));
        Tells(listener, Bob, connection.Dispose);
        Tells(listener, Alice, stream.Dispose);
        Tells(listener, null, () => manager.System.Limits = All);
        Tells(listener, null, () => manager.ApplyLimits(Infinite));
    }

    [Fact]
    public void Every_connection_stream_and_span_is_told_when_it_opens_and_when_it_ends()
    {
        ResourceManager manager = new(Infinite);
        Observer observer = new();
        manager.Engine.LeafObserver = observer;
        StreamScope stream = manager.OpenStream(Alice, Direction.Inbound);
        ConnectionScope connection = manager.OpenConnection(Direction.Inbound, usesFileDescriptor: false);
        SpanScope span = stream.BeginSpan();
        Assert.Equal([stream, connection, span], observer.Open);

        span.Dispose();
        stream.Dispose();
        connection.Dispose();
        Assert.Empty(observer.Open);
    }

    private static void Tells(Listener listener, PeerKey? peer, Action operation)
    {
        listener.Peers.Clear();
        operation();
        Assert.Equal([peer], listener.Peers);
    }

    private sealed class Listener(ResourceManager manager) : ICapacityListener
    {
        public List<PeerKey?> Peers { get; } = [];

        public void CapacityReleased(PeerKey? peer)
        {
            Peers.Add(peer);
            manager.TakeSnapshot();
        }
    }

    private sealed class Observer : ILeafObserver
    {
        public List<ResourceScope> Open { get; } = [];

        public void Opened(ResourceScope leaf) => Open.Add(leaf);

        public void Closed(ResourceScope leaf) => Open.Remove(leaf);
    }
}
