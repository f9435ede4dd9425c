using System.Net;
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
        Tells(listener, null, () => connection.ReleaseMemory(0));
        Tells(listener, null, () => connection.SetPeer(Bob));
        Tells(listener, Bob, () => connection.ReleaseMemory(0));
        Tells(listener, Bob, connection.BeginSpan().Dispose);
        Tells(listener, Bob, () => connection.PeerScope!.ReleaseMemory(0));
        Tells(listener, null, () => manager.System.ReleaseMemory(0));
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

    [Fact]
    public void A_connection_that_is_closed_because_it_lost_its_place_is_told_of_once()
    {
        Allowlist allowlist = new();
        allowlist.Add(new AllowlistEntry(IPNetwork.Parse("10.0.0.0/8"), Alice));
        ResourceManager manager = Create(limits => limits with { System = ResourceLimits.BlockAll }, allowlist);
        ConnectionScope connection = manager.OpenConnection(Direction.Inbound, usesFileDescriptor: false, IPAddress.Parse("10.0.0.1"));
        Listener listener = new(manager);
        Observer observer = new();
        manager.Engine.CapacityListener = listener;
        manager.Engine.LeafObserver = observer;

        Assert.False(connection.TrySetPeer(Bob, out _));

        Assert.Equal([null], listener.Peers);
        Assert.Equal([connection], observer.Ended);
    }

    [Fact]
    public void A_connection_that_lost_its_place_and_is_then_refused_by_its_peer_has_made_room_for_another()
    {
        Allowlist allowlist = new();
        allowlist.Add(new AllowlistEntry(IPNetwork.Parse("10.0.0.0/8"), Alice));
        ResourceManager manager = Create(
            limits => limits with { System = ResourceLimits.BlockAll, PeerDefault = ResourceLimits.BlockAll }, allowlist);
        using ConnectionScope connection = manager.OpenConnection(Direction.Inbound, usesFileDescriptor: false, IPAddress.Parse("10.0.0.1"));
        manager.System.Limits = All;
        Listener listener = new(manager);
        manager.Engine.CapacityListener = listener;

        Assert.False(connection.TrySetPeer(Bob, out _));
        Assert.Equal((default, Connections(1)), (manager.AllowlistedSystem.Usage, manager.System.Usage));
        Assert.Equal([null], listener.Peers);
        Assert.False(connection.TrySetPeer(Bob, out _));
        Assert.Equal([null], listener.Peers);
    }

    [Fact]
    public void A_connection_that_its_peer_refuses_has_not_ended()
    {
        ResourceManager manager = Create(limits => limits with { PeerDefault = ResourceLimits.BlockAll });
        using ConnectionScope connection = manager.OpenConnection(Direction.Inbound, usesFileDescriptor: false);
        Listener listener = new(manager);
        Observer observer = new();
        manager.Engine.CapacityListener = listener;
        manager.Engine.LeafObserver = observer;

        Assert.False(connection.TrySetPeer(Bob, out _));

        Assert.Empty(listener.Peers);
        Assert.Empty(observer.Ended);
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

        public List<ResourceScope> Ended { get; } = [];

        public void Opened(ResourceScope leaf) => Open.Add(leaf);

        public void Closed(ResourceScope leaf)
        {
            Open.Remove(leaf);
            Ended.Add(leaf);
        }
    }
}
