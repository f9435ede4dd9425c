using static Rcmgr.Tests.Accounting.TestManagers;

namespace Rcmgr.Tests.Accounting;

/// <summary>The paths that an attacker can make hot allocate nothing.</summary>
public sealed class AllocationTests
{
    [Fact]
    public void Refused_connections_streams_and_transitions_allocate_nothing()
    {
        ResourceManager manager = Create(limits => limits with
        {
            Connection = All with { ConnectionsInbound = 0 },
            PeerDefault = All with { StreamsInbound = 0 },
            ProtocolPeerDefault = ResourceLimits.BlockAll,
            Transient = All with { ConnectionsOutbound = 0 },
        });
        using StreamScope stream = manager.OpenStream(Alice, Direction.Outbound);
        PeerKey stranger = new("stranger");

        AssertAllocatesNothing(() =>
        {
            manager.TryOpenConnection(Direction.Inbound, true, null, out _, out _);
            manager.TryOpenConnection(Direction.Outbound, true, null, out _, out _);
            manager.TryOpenStream(stranger, Direction.Inbound, out _, out _);
            stream.TrySetProtocol("/a", out _);
            stream.TrySetService("s", out _);
        });
    }

    [Fact]
    public void Reserving_and_releasing_memory_allocates_nothing_refused_or_not()
    {
        ResourceManager manager = Create(limits => limits with { System = Memory(1000) });
        using StreamScope stream = manager.OpenStream(Alice, Direction.Inbound);
        stream.SetProtocol("/a");
        stream.SetService("s");
        using SpanScope span = stream.BeginSpan();
        StreamScope closed = manager.OpenStream(Alice, Direction.Inbound);
        closed.Dispose();

        AssertAllocatesNothing(() =>
        {
            span.TryReserveMemory(10, MemoryPriority.Always, out _);
            span.TryReserveMemory(5000, MemoryPriority.Low, out _);
            closed.TryReserveMemory(1, MemoryPriority.Low, out _);
            stream.ReserveMemory(10);
            stream.ReleaseMemory(10);
            span.ReleaseMemory(10);
        });
    }

    // The first calls let the runtime compile; recompilation by the runtime itself allocates elsewhere.
    private static void AssertAllocatesNothing(Action action)
    {
        for (int i = 0; i < 50; i++)
            action();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
            action();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }
}
