using static Rcmgr.Tests.Accounting.TestManagers;

namespace Rcmgr.Tests.Diagnostics;

public sealed class RefusalCountTests
{
    [Fact]
    public void Every_refused_operation_is_counted_once_under_its_scope_resource_direction_and_reason()
    {
        ResourceManager manager = Create(limits => limits with
        {
            Transient = All with { ConnectionsInbound = 0 },
            PeerDefault = All with { StreamsOutbound = 0 },
            Stream = Memory(5),
        });
        StreamScope stream = manager.OpenStream(Alice, Direction.Inbound);
        for (int i = 0; i < 3; i++)
            manager.TryOpenConnection(Direction.Inbound, false, null, out _, out _);
        manager.TryOpenStream(Alice, Direction.Outbound, out _, out _);
        stream.TryReserveMemory(6, 255, out _);
        stream.TrySetService("s", out _);
        stream.Dispose();
        stream.TrySetProtocol("/a", out _);

        Assert.Equal(
            [
                new RefusalCount(ScopeKind.Transient, Resource.Connections, Direction.Inbound, RefusalReason.Limit, 3),
                new RefusalCount(ScopeKind.Peer, Resource.Streams, Direction.Outbound, RefusalReason.Limit, 1),
                new RefusalCount(ScopeKind.Stream, Resource.Memory, null, RefusalReason.Limit, 1),
                new RefusalCount(ScopeKind.Stream, Resource.Memory, null, RefusalReason.ScopeClosed, 1),
                new RefusalCount(ScopeKind.Stream, Resource.Memory, null, RefusalReason.WrongState, 1),
            ],
            manager.GetRefusalCounts());
    }

    [Fact]
    public void A_snapshot_lists_every_shared_scope_with_its_use_and_limits()
    {
        ResourceManager manager = Create(limits => limits with { ProtocolDefault = Memory(9) });
        using StreamScope stream = manager.OpenStream(Alice, Direction.Inbound);
        stream.SetProtocol("/a");
        stream.SetService("s");

        ResourceManagerSnapshot snapshot = manager.TakeSnapshot();

        Assert.Equal(
            ["system", "transient", "allowlistedSystem", "allowlistedTransient", "service:s", "protocol:/a", "peer:alice", "service:s.peer:alice", "protocol:/a.peer:alice"],
            snapshot.Scopes.Select(scope => scope.Name));
        Assert.Equal(Memory(9), snapshot.Scopes[5].Limits);
        Assert.Equal(Streams(1), snapshot.Scopes[5].Use);
    }
}
