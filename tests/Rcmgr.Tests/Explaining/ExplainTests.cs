using System.Net;
using static Rcmgr.Tests.Accounting.TestManagers;

namespace Rcmgr.Tests.Explaining;

public sealed class ExplainTests
{
    [Fact]
    public void A_stream_asks_its_own_limit_the_peer_the_roots_the_protocol_and_the_service()
    {
        using ResourceManager manager = Create(limits => limits with
        {
            PeerDefault = All with { StreamsInbound = 4, Streams = 8 },
            ProtocolPeer = new Dictionary<string, ResourceLimits> { ["/x"] = All with { Streams = 1 } },
        });
        using StreamScope held = manager.OpenStream(Alice, Direction.Inbound);
        held.SetProtocol("/x");

        Explanation explanation = manager.Explain(ResourceOperation.OpenStream(Alice, Direction.Inbound, "/x", "s"));

        Assert.Equal(
            ["stream", "peer:alice", "transient", "system", "protocol:/x", "protocol:/x.peer:alice", "service:s", "service:s.peer:alice"],
            explanation.Scopes.Select(scope => scope.Name));
        Assert.Equal(["protocol:/x.peer:alice"], explanation.Scopes.Where(scope => scope.Refuses).Select(scope => scope.Name));
        Assert.False(explanation.IsAdmitted);
        Assert.False(explanation.IsImpossible);
        Assert.Equal(("protocol:/x.peer:alice", 1L, 1L), (explanation.Refusal.ScopeName, explanation.Refusal.Current, explanation.Refusal.Limit));

        ExplainedScope peer = explanation.Scopes[1];
        Assert.Equal(Streams(1), peer.Use);
        Assert.Equal(
            [new ExplainedLimit(Resource.Streams, Direction.Inbound, 1, 1, 4), new ExplainedLimit(Resource.Streams, null, 1, 1, 8)], peer.Checks);
        Assert.Equal([25.0, 12.5], peer.Checks.Select(check => check.PercentFull));
        Assert.Contains("peer:alice: stream inbound 1 + 1 of 4 (25 %)", explanation.ToString(), StringComparison.Ordinal);
        Assert.EndsWith(explanation.Refusal.ToString(), explanation.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_protocol_and_a_service_of_one_name_are_told_apart()
    {
        using ResourceManager manager = Create(limits => limits with { ProtocolDefault = All with { Streams = 5 }, ServiceDefault = All with { Streams = 7 } });
        using StreamScope held = manager.OpenStream(Alice, Direction.Inbound);
        held.SetProtocol("x");
        using ScopeView view = manager.ViewService("y");
        view.Scope.Limits = All with { Streams = 9 };

        Assert.Equal((Streams(1), 5L, default, 7L), Groups("x"));
        Assert.Equal((default, 5L, default, 9L), Groups("y"));
        view.Dispose();
        Assert.Equal((default, 5L, default, 9L), Groups("y"));

        (ScopeUsage, long, ScopeUsage, long) Groups(string name)
        {
            Explanation explanation = manager.Explain(ResourceOperation.OpenStream(Bob, Direction.Inbound, name, name));
            ExplainedScope protocol = explanation.Scopes.Single(scope => scope.Name == $"protocol:{name}");
            ExplainedScope service = explanation.Scopes.Single(scope => scope.Name == $"service:{name}");
            return (protocol.Use, protocol.Limits.Streams, service.Use, service.Limits.Streams);
        }
    }

    [Fact]
    public void Nothing_is_made_reserved_or_counted()
    {
        using ResourceManager manager = Create(limits => limits with { PeerDefault = ResourceLimits.BlockAll });

        Explanation explanation = manager.Explain(ResourceOperation.OpenStream(Alice, Direction.Outbound, "/x", "s"));

        Assert.True(explanation.IsImpossible);
        Assert.Equal("peer:alice", explanation.Refusal.ScopeName);
        manager.AssertEmpty();
        Assert.Empty(manager.GetRefusalCounts());
    }

    [Fact]
    public void Limits_that_were_set_on_a_scope_that_has_gone_are_those_of_the_next_one()
    {
        using ResourceManager manager = Create(limits => limits);
        using (ScopeView view = manager.ViewPeer(Alice))
            view.Scope.Limits = All with { Streams = 0 };

        Explanation explanation = manager.Explain(ResourceOperation.OpenStream(Alice, Direction.Inbound));

        Assert.Equal("peer:alice", explanation.Refusal.ScopeName);
        Assert.Equal(All with { Streams = 0 }, explanation.Scopes[1].Limits);
    }

    [Fact]
    public void A_connection_falls_back_on_the_allowlist()
    {
        Allowlist allowlist = new();
        allowlist.Add(new AllowlistEntry(IPNetwork.Parse("192.0.2.0/24")));
        using ResourceManager manager = Create(limits => limits with { System = All with { Connections = 0 } }, allowlist);

        Explanation normal = manager.Explain(ResourceOperation.OpenConnection(Direction.Inbound, true, IPAddress.Parse("198.51.100.1")));
        Explanation allowed = manager.Explain(ResourceOperation.OpenConnection(Direction.Inbound, true, IPAddress.Parse("192.0.2.1")));

        Assert.Equal((false, false, "system"), (normal.IsAdmitted, normal.UsesAllowlist, normal.Refusal.ScopeName));
        Assert.Equal(
            [Resource.Connections, Resource.Connections, Resource.FileDescriptors], normal.Scopes[^1].Checks.Select(check => check.Resource));
        Assert.Equal((true, true), (allowed.IsAdmitted, allowed.UsesAllowlist));
        Assert.Equal(
            ["conn", "transient", "system", "conn", "allowlistedTransient", "allowlistedSystem"], allowed.Scopes.Select(scope => scope.Name));
    }

    [Fact]
    public void Memory_asks_every_span_and_every_scope_above()
    {
        using ResourceManager manager = Create(limits => limits with { Stream = Memory(1_000), System = Memory(100_000) });
        using StreamScope stream = manager.OpenStream(Alice, Direction.Inbound);
        stream.SetProtocol("/x");
        using SpanScope span = stream.BeginSpan();
        span.ReserveMemory(300);

        Explanation explanation = manager.Explain(ResourceOperation.ReserveMemory(span, 200, MemoryPriority.Low));

        Assert.Equal(
            ["stream-1.span-1", "stream-1", "peer:alice", "protocol:/x.peer:alice", "protocol:/x", "system"],
            explanation.Scopes.Select(scope => scope.Name));
        Assert.Equal("stream-1.span-1", explanation.Refusal.ScopeName);
        Assert.Equal(new ExplainedLimit(Resource.Memory, null, 300, 200, 398), Assert.Single(explanation.Scopes[1].Checks));
        Assert.True(manager.Explain(ResourceOperation.ReserveMemory(span, 200)).IsAdmitted);
    }

    [Fact]
    public void A_scope_in_the_wrong_state_says_so()
    {
        using ResourceManager manager = Create(limits => limits);
        ConnectionScope connection = manager.OpenConnection(Direction.Inbound, usesFileDescriptor: false);
        connection.SetPeer(Alice);

        Assert.Equal(RefusalReason.WrongState, manager.Explain(ResourceOperation.SetPeer(connection, Bob)).Refusal.Reason);
        connection.Dispose();
        Assert.Equal(RefusalReason.ScopeClosed, manager.Explain(ResourceOperation.SetPeer(connection, Bob)).Refusal.Reason);
        Assert.Equal(RefusalReason.ScopeClosed, manager.Explain(ResourceOperation.ReserveMemory(connection, 1)).Refusal.Reason);
    }

    [Fact]
    public void A_protocol_that_nothing_uses_any_more_is_closed()
    {
        using ResourceManager manager = Create(limits => limits);
        StreamScope stream = manager.OpenStream(Alice, Direction.Inbound);
        stream.SetProtocol("/x");
        ResourceScope protocol = stream.ProtocolScope!;
        stream.Dispose();

        Explanation explanation = manager.Explain(ResourceOperation.ReserveMemory(protocol, 1));

        Assert.False(protocol.TryReserveMemory(1, MemoryPriority.Always, out Refusal refusal));
        Assert.Equal(RefusalReason.ScopeClosed, refusal.Reason);
        Assert.Equal(refusal, explanation.Refusal);
    }

    [Fact]
    public void A_look_at_a_connection_does_not_keep_its_peer_from_being_used_again()
    {
        using ResourceManager manager = Create(limits => limits);
        using ConnectionScope connection = manager.OpenConnection(Direction.Inbound, usesFileDescriptor: false);
        connection.SetPeer(Alice);

        manager.Explain(ResourceOperation.SetPeer(connection, Bob));

        Assert.False(connection.Peer!.IsExposed);
    }

    [Fact]
    public void Operations_that_cannot_be_are_argument_errors()
    {
        Assert.Throws<ArgumentException>(() => ResourceOperation.OpenStream(Alice, Direction.Inbound, protocol: null, service: "s"));
        Assert.Throws<ArgumentException>(() => ResourceOperation.OpenStream(Alice, Direction.Inbound, protocol: ""));
        Assert.Throws<ArgumentNullException>(() => ResourceOperation.ReserveMemory(null!, 1));
    }
}
