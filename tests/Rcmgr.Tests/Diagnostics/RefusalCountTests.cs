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
    public void A_refused_peer_and_a_refused_span_are_counted_and_admitted_ones_are_not()
    {
        ResourceManager manager = Create(limits => limits with { Peer = new Dictionary<PeerKey, ResourceLimits> { [Bob] = All with { Connections = 0 } } });
        ConnectionScope connection = manager.OpenConnection(Direction.Inbound, usesFileDescriptor: false);
        connection.TrySetPeer(Bob, out _);
        connection.TrySetPeer(Bob, out _);
        connection.SetPeer(Alice);
        connection.BeginSpan().Dispose();
        connection.Dispose();
        connection.TryBeginSpan(out _, out _);

        Assert.Equal(
            [
                new RefusalCount(ScopeKind.Connection, Resource.Memory, null, RefusalReason.ScopeClosed, 1),
                new RefusalCount(ScopeKind.Peer, Resource.Connections, null, RefusalReason.Limit, 2),
            ],
            manager.GetRefusalCounts().OrderBy(count => count.Count));
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
