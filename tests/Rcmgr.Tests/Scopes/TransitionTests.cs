using Rcmgr.Tests.Accounting;
using static Rcmgr.Tests.Accounting.TestManagers;

namespace Rcmgr.Tests.Scopes;

public sealed class TransitionTests
{
    private static readonly ResourceLimits None = ResourceLimits.BlockAll;

    [Fact]
    public void A_refused_peer_leaves_everything_unchanged_and_can_be_tried_again()
    {
        ResourceManager manager = Create(limits => limits with { PeerDefault = All with { FileDescriptors = 1 } });
        using ConnectionScope first = manager.OpenConnection(Direction.Inbound, usesFileDescriptor: true);
        first.SetPeer(Alice);
        using ConnectionScope second = manager.OpenConnection(Direction.Inbound, usesFileDescriptor: true);
        second.ReserveMemory(10);
        Dictionary<string, ScopeUsage> before = manager.AllUse();

        Assert.False(second.TrySetPeer(Alice, out Refusal refusal));

        Assert.Equal(("peer:alice", Resource.FileDescriptors), (refusal.ScopeName, refusal.Resource));
        Assert.Equal(before, manager.AllUse());
        Assert.Null(second.PeerScope);
        Assert.True(second.TrySetPeer(Bob, out _));
        Assert.Equal(Connections(1, descriptors: 1, memory: 10), manager.Use("peer:bob"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_refused_protocol_leaves_everything_unchanged_and_another_may_be_tried(bool isPeerShare)
    {
        Dictionary<string, ResourceLimits> full = new() { ["/full"] = None };
        ResourceManager manager = Create(limits => isPeerShare ? limits with { ProtocolPeer = full } : limits with { Protocol = full });
        using StreamScope stream = manager.OpenStream(Alice, Direction.Inbound);
        stream.ReserveMemory(10);
        Dictionary<string, ScopeUsage> before = manager.AllUse();

        Assert.False(stream.TrySetProtocol("/full", out Refusal refusal));

        Assert.Equal(isPeerShare ? "protocol:/full.peer:alice" : "protocol:/full", refusal.ScopeName);
        Assert.Equal(before, manager.AllUse());
        Assert.Null(stream.ProtocolScope);
        Assert.True(stream.TrySetProtocol("/other", out _));
        Assert.Equal(default, manager.Transient.Usage);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_refused_service_leaves_everything_unchanged(bool isPeerShare)
    {
        Dictionary<string, ResourceLimits> full = new() { ["full"] = None };
        ResourceManager manager = Create(limits => isPeerShare ? limits with { ServicePeer = full } : limits with { Service = full });
        using StreamScope stream = manager.OpenStream(Alice, Direction.Inbound);
        stream.SetProtocol("/a");
        Dictionary<string, ScopeUsage> before = manager.AllUse();

        Assert.False(stream.TrySetService("full", out Refusal refusal));

        Assert.Equal(isPeerShare ? "service:full.peer:alice" : "service:full", refusal.ScopeName);
        Assert.Equal(before, manager.AllUse());
        Assert.Null(stream.ServiceScope);
        Assert.True(stream.TrySetService("other", out _));
    }

    [Fact]
    public void If_a_protocol_and_the_peers_share_of_it_both_refuse_the_protocol_is_named()
    {
        ResourceManager manager = Create(limits => limits with { ProtocolDefault = None, ProtocolPeerDefault = None });
        using StreamScope stream = manager.OpenStream(Alice, Direction.Inbound);

        Assert.False(stream.TrySetProtocol("/a", out Refusal refusal));
        Assert.Equal(ScopeKind.Protocol, refusal.ScopeKind);
    }

    [Fact]
    public void Transitions_are_made_once_and_in_order()
    {
        ResourceManager manager = new(Infinite);
        using ConnectionScope connection = manager.OpenConnection(Direction.Inbound, usesFileDescriptor: false);
        using StreamScope stream = manager.OpenStream(Alice, Direction.Inbound);

        Assert.Throws<ScopeStateException>(() => stream.SetService("s"));
        connection.SetPeer(Alice);
        stream.SetProtocol("/a");
        stream.SetService("s");
        Assert.Throws<ScopeStateException>(() => connection.SetPeer(Bob));
        Assert.Throws<ScopeStateException>(() => stream.SetProtocol("/b"));
        Assert.Throws<ScopeStateException>(() => stream.SetService("t"));
    }

    [Fact]
    public void Plain_forms_throw_what_the_try_forms_tell()
    {
        ResourceManager manager = Create(limits => limits with { PeerDefault = None, ProtocolDefault = None, Connection = Memory(5) });
        using ConnectionScope connection = manager.OpenConnection(Direction.Inbound, usesFileDescriptor: false);

        ResourceLimitExceededException exception = Assert.Throws<ResourceLimitExceededException>(() => connection.SetPeer(Alice));
        Assert.Equal("peer:alice", exception.Refusal.ScopeName);
        Assert.Equal(exception.Refusal.ToString(), exception.Message);
        Assert.Equal("conn-1", Assert.Throws<ResourceLimitExceededException>(() => connection.ReserveMemory(6)).Refusal.ScopeName);
        Assert.Throws<ResourceLimitExceededException>(() => manager.OpenStream(Alice, Direction.Inbound));
        connection.Dispose();
        Assert.Throws<ScopeClosedException>(() => connection.SetPeer(Alice));
        Assert.Throws<ScopeClosedException>(() => connection.ReserveMemory(0));
    }

    [Fact]
    public void A_peer_whose_stream_total_is_over_a_lowered_limit_refuses_a_connection_without_streams()
    {
        ResourceManager manager = new(Infinite);
        using StreamScope stream = manager.OpenStream(Alice, Direction.Inbound);
        stream.PeerScope.Limits = All with { Streams = 0 };
        using ConnectionScope connection = manager.OpenConnection(Direction.Inbound, usesFileDescriptor: false);

        Assert.False(connection.TrySetPeer(Alice, out Refusal refusal));
        Assert.Equal((Resource.Streams, 1, 0, 0), (refusal.Resource, refusal.Current, refusal.Requested, refusal.Limit));
    }

    [Fact]
    public void A_peer_whose_streams_of_both_directions_are_over_a_lowered_limit_refuses_a_connection()
    {
        ResourceManager manager = new(Infinite);
        using StreamScope inbound = manager.OpenStream(Alice, Direction.Inbound);
        using StreamScope outbound = manager.OpenStream(Alice, Direction.Outbound);
        inbound.PeerScope.Limits = All with { Streams = 1 };
        using ConnectionScope connection = manager.OpenConnection(Direction.Inbound, usesFileDescriptor: false);

        Assert.False(connection.TrySetPeer(Alice, out Refusal refusal));
        Assert.Equal((Resource.Streams, 2, 0, 1), (refusal.Resource, refusal.Current, refusal.Requested, refusal.Limit));
        inbound.PeerScope.Limits = All with { Streams = 2 };
        Assert.True(connection.TrySetPeer(Alice, out _));
    }

    [Theory]
    [InlineData(Counting.SingleGate)]
    [InlineData(Counting.Parked)]
    public void A_stream_joins_its_peers_share_of_a_protocol_only_within_every_limit_of_it(Counting counting)
    {
        ResourceManager manager = counting.Create(Infinite with
        {
            ProtocolPeer = new Dictionary<string, ResourceLimits>
            {
                ["memory"] = Memory(10),
                ["inbound"] = All with { StreamsInbound = 1 },
                ["outbound"] = All with { StreamsOutbound = 1 },
                ["total"] = All with { Streams = 1 },
            },
        });

        foreach (string protocol in (string[])["memory", "inbound", "outbound", "total"])
        {
            Direction direction = protocol == "outbound" ? Direction.Outbound : Direction.Inbound;
            using StreamScope first = manager.OpenStream(Alice, direction);
            using StreamScope second = manager.OpenStream(Alice, direction);
            first.ReserveMemory(6);
            second.ReserveMemory(5);
            first.SetProtocol(protocol);

            Assert.False(second.TrySetProtocol(protocol, out Refusal refusal));
            Assert.Equal($"protocol:{protocol}.peer:alice", refusal.ScopeName);
            first.ReleaseMemory(1);
            Assert.Equal(protocol == "memory", second.TrySetProtocol(protocol, out _));
        }
    }

    [Theory]
    [InlineData(Counting.SingleGate)]
    [InlineData(Counting.Parked)]
    public void A_share_with_a_negative_limit_takes_no_stream_even_if_the_limit_is_one_of_connections(Counting counting)
    {
        ResourceManager manager = counting.Create(Infinite with { ProtocolPeerDefault = All with { Connections = -1 } });
        using ScopeView protocol = manager.ViewProtocol("/a");
        using StreamScope stream = manager.OpenStream(Alice, Direction.Inbound);

        Assert.False(stream.TrySetProtocol("/a", out Refusal refusal));
        Assert.Equal(("protocol:/a.peer:alice", Resource.Connections), (refusal.ScopeName, refusal.Resource));
    }

    [Fact]
    public void The_long_scenario_of_a_node_adds_up_after_every_step()
    {
        ResourceManager manager = Create(limits => limits with
        {
            Transient = All with { ConnectionsInbound = 1, StreamsInbound = 1 },
            PeerDefault = All with { FileDescriptors = 1, Streams = 3 },
            Protocol = new Dictionary<string, ResourceLimits> { ["/one"] = All with { StreamsInbound = 1 } },
            ServicePeerDefault = All with { StreamsInbound = 1 },
        });

        ConnectionScope first = manager.OpenConnection(Direction.Inbound, usesFileDescriptor: true);
        Assert.Equal((Connections(1, 0, 1), Connections(1, 0, 1)), (manager.Transient.Usage, manager.System.Usage));
        Assert.False(manager.TryOpenConnection(Direction.Inbound, usesFileDescriptor: true, null, out _, out Refusal refusal));
        Assert.Equal("transient", refusal.ScopeName);
        first.SetPeer(Alice);
        Assert.Equal((default, Connections(1, 0, 1)), (manager.Transient.Usage, manager.Use("peer:alice")));

        ConnectionScope second = manager.OpenConnection(Direction.Inbound, usesFileDescriptor: true);
        Assert.False(second.TrySetPeer(Alice, out refusal));
        second.Dispose();
        second = manager.OpenConnection(Direction.Inbound, usesFileDescriptor: false);
        second.SetPeer(Alice);
        Assert.Equal((Connections(2, 0, 1), Connections(2, 0, 1)), (manager.System.Usage, manager.Use("peer:alice")));

        StreamScope stream = manager.OpenStream(Alice, Direction.Inbound);
        Assert.False(manager.TryOpenStream(Bob, Direction.Inbound, out _, out refusal));
        Assert.Equal("transient", refusal.ScopeName);
        stream.SetProtocol("/one");
        StreamScope other = manager.OpenStream(Alice, Direction.Inbound);
        Assert.False(other.TrySetProtocol("/one", out refusal));
        Assert.Equal("protocol:/one", refusal.ScopeName);
        other.SetProtocol("/two");
        stream.SetService("s");
        Assert.False(other.TrySetService("s", out refusal));
        Assert.Equal("service:s.peer:alice", refusal.ScopeName);
        Assert.Equal(new ScopeUsage(2, 0, 2, 0, 1, 0), manager.Use("peer:alice"));
        Assert.Equal((Streams(1), Streams(1), Streams(1)), (manager.Use("protocol:/one"), manager.Use("service:s"), manager.Use("protocol:/two.peer:alice")));

        foreach (IDisposable scope in (IDisposable[])[stream, other, first])
            scope.Dispose();
        Assert.Equal(["system", "transient", "allowlistedSystem", "allowlistedTransient", "peer:alice"], manager.TakeSnapshot().Scopes.Select(scope => scope.Name));
        second.Dispose();
        manager.AssertEmpty();
    }
}
