using static Rcmgr.Tests.Accounting.TestManagers;

namespace Rcmgr.Tests.Accounting;

/// <summary>Scopes that ended last are used again, and nobody can tell.</summary>
public sealed class LingerTests
{
    [Fact]
    public void The_life_of_a_connection_or_stream_or_span_allocates_one_object()
    {
        ResourceManager manager = new(Infinite);
        using StreamScope kept = manager.OpenStream(Bob, Direction.Inbound);

        AssertAllocates(1, () =>
        {
            using ConnectionScope connection = manager.OpenConnection(Direction.Inbound, usesFileDescriptor: true);
            connection.SetPeer(Alice);
        });
        AssertAllocates(1, () =>
        {
            using StreamScope stream = manager.OpenStream(Alice, Direction.Inbound);
            stream.SetProtocol("/a");
            stream.SetService("s");
        });
        AssertAllocates(1, () =>
        {
            using SpanScope span = kept.BeginSpan();
            span.ReserveMemory(10);
        });
    }

    [Fact]
    public void What_a_caller_has_of_a_peer_that_is_gone_stays_closed()
    {
        ResourceManager manager = new(Infinite);
        StreamScope first = manager.OpenStream(Alice, Direction.Inbound);
        ResourceScope gone = first.PeerScope;
        first.Dispose();
        StreamScope late = manager.OpenStream(Bob, Direction.Inbound);
        late.Dispose();
        ResourceScope goneLate = late.PeerScope;
        using StreamScope again = manager.OpenStream(Alice, Direction.Inbound);
        using StreamScope againLate = manager.OpenStream(Bob, Direction.Inbound);

        Assert.NotSame(gone, again.PeerScope);
        Assert.NotSame(goneLate, againLate.PeerScope);
        Assert.False(gone.TryReserveMemory(1, MemoryPriority.Always, out Refusal refusal));
        Assert.Equal(RefusalReason.ScopeClosed, refusal.Reason);
        Assert.False(goneLate.TryReserveMemory(1, MemoryPriority.Always, out _));
    }

    [Fact]
    public void A_peer_that_comes_back_has_the_limits_that_hold_now()
    {
        ResourceManager manager = new(Infinite);
        manager.OpenStream(Alice, Direction.Inbound).Dispose();
        manager.OpenStream(Bob, Direction.Inbound).Dispose();
        manager.ApplyLimits(Infinite with { PeerDefault = Memory(5), System = Memory(100) });
        using (ScopeView view = manager.ViewPeer(Bob))
            view.Scope.Limits = Memory(6);

        using StreamScope alice = manager.OpenStream(Alice, Direction.Inbound);
        using StreamScope bob = manager.OpenStream(Bob, Direction.Inbound);
        Assert.Equal((Memory(5), Memory(6), Memory(100)), (alice.PeerScope.Limits, bob.PeerScope.Limits, manager.System.Limits));
        Assert.False(alice.TryReserveMemory(6, MemoryPriority.Always, out _));
        Assert.True(bob.TryReserveMemory(6, MemoryPriority.Always, out _));
    }

    [Fact]
    public void More_protocols_than_a_list_holds_are_found_and_let_go()
    {
        ResourceManager manager = new(Infinite);
        StreamScope[] streams = [.. Enumerable.Range(0, 100).Select(_ => manager.OpenStream(Alice, Direction.Inbound))];
        for (int i = 0; i < streams.Length; i++)
        {
            streams[i].SetProtocol($"/{i / 2}");
            streams[i].SetService($"/{i / 2}");
        }

        Assert.Equal(4 + 1 + 200, manager.TakeSnapshot().Scopes.Count);
        Assert.Equal(Streams(2), manager.Use("service:/7.peer:alice"));
        foreach (StreamScope stream in streams)
            stream.Dispose();
        manager.AssertEmpty();
    }

    private static void AssertAllocates(int objects, Action operation)
    {
        for (int i = 0; i < 2_000; i++)
            operation();
        int collections = GC.CollectionCount(0);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1_000; i++)
            operation();
        double bytes = (GC.GetAllocatedBytesForCurrentThread() - before) / 1_000.0;
        Assert.True(GC.CollectionCount(0) >= collections);
        Assert.InRange(bytes, 1, 130 * objects);
    }
}
