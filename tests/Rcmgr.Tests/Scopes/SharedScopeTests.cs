using static Rcmgr.Tests.Accounting.TestManagers;

namespace Rcmgr.Tests.Scopes;

/// <summary>Which peer, protocol and service scopes exist, and which limits they have.</summary>
public sealed class SharedScopeTests
{
    [Fact]
    public void A_hundred_thousand_refused_peers_protocols_and_services_leave_no_scope_behind()
    {
        ResourceManager manager = Create(limits => limits with { ProtocolPeerDefault = ResourceLimits.BlockAll, System = All with { Streams = 1 } });
        using (StreamScope stream = manager.OpenStream(Alice, Direction.Inbound))
        {
            for (int i = 0; i < 50_000; i++)
            {
                Assert.False(manager.TryOpenStream(new PeerKey($"peer-{i}"), Direction.Inbound, out _, out _));
                Assert.False(stream.TrySetProtocol($"/protocol/{i}", out _));
            }

            Assert.Equal(5, manager.TakeSnapshot().Scopes.Count);
        }

        manager.AssertEmpty();
    }

    [Fact]
    public void A_hundred_thousand_finished_peers_leave_no_scope_behind()
    {
        ResourceManager manager = new(Infinite);
        for (int i = 0; i < 100_000; i++)
        {
            using StreamScope stream = manager.OpenStream(new PeerKey($"peer-{i}"), Direction.Inbound);
            stream.SetProtocol($"/protocol/{i}");
            stream.SetService($"service-{i}");
        }

        manager.AssertEmpty();
    }

    [Fact]
    public void A_scope_that_holds_memory_stays_until_the_memory_is_released()
    {
        ResourceManager manager = new(Infinite);
        using (ScopeView view = manager.ViewPeer(Alice))
            view.Scope.ReserveMemory(10);
        using (StreamScope stream = manager.OpenStream(Alice, Direction.Inbound))
            stream.SetProtocol("/a");

        Assert.Equal(Streams(0, memory: 10), manager.Use("peer:alice"));
        using (ScopeView view = manager.ViewPeer(Alice))
            Assert.True(view.Scope.ReleaseMemory(10));
        manager.AssertEmpty();
    }

    [Fact]
    public void A_peer_that_nothing_refers_to_ends_when_its_last_memory_is_released()
    {
        ResourceManager manager = new(Infinite);
        ScopeView view = manager.ViewPeer(Alice);
        view.Scope.ReserveMemory(10);
        view.Dispose();

        view.Scope.ReleaseMemory(4);
        Assert.Equal(Streams(0, memory: 6), manager.Use("peer:alice"));
        view.Scope.ReleaseMemory(6);
        manager.AssertEmpty();
    }

    [Fact]
    public void A_view_keeps_a_scope_in_being_and_may_be_disposed_twice()
    {
        ResourceManager manager = new(Infinite);
        using ScopeView kept = manager.ViewService("s");
        ScopeView dropped = manager.ViewService("s");
        dropped.Dispose();
        dropped.Dispose();

        Assert.Same(kept.Scope, dropped.Scope);
        Assert.Contains("service:s", manager.AllUse().Keys);
        kept.Dispose();
        manager.AssertEmpty();
        Assert.False(kept.Scope.TryReserveMemory(1, 255, out Refusal refusal));
        Assert.Equal(RefusalReason.ScopeClosed, refusal.Reason);
    }

    [Fact]
    public void Limits_set_on_a_peer_protocol_or_service_stay_for_the_key()
    {
        ResourceManager manager = new(Infinite);
        foreach (Func<ScopeView> open in (Func<ScopeView>[])[() => manager.ViewPeer(Alice), () => manager.ViewProtocol("/a"), () => manager.ViewService("s")])
        {
            using (ScopeView view = open())
                view.Scope.Limits = Memory(5);
            manager.AssertEmpty();
            using ScopeView again = open();
            Assert.Equal(Memory(5), again.Scope.Limits);
            Assert.False(again.Scope.TryReserveMemory(6, 255, out _));
        }
    }

    [Fact]
    public void Limits_set_through_a_scope_that_is_gone_reach_the_one_in_its_place()
    {
        ResourceManager manager = new(Infinite);
        ScopeView gone = manager.ViewPeer(Alice);
        gone.Dispose();
        ScopeView goneGroup = manager.ViewService("s");
        goneGroup.Dispose();
        using ScopeView peer = manager.ViewPeer(Alice);
        using ScopeView group = manager.ViewService("s");

        gone.Scope.Limits = Memory(5);
        goneGroup.Scope.Limits = Memory(6);

        Assert.Equal((Memory(5), Memory(6)), (peer.Scope.Limits, group.Scope.Limits));
        Assert.Equal((Memory(5), Memory(6)), (gone.Scope.Limits, goneGroup.Scope.Limits));
    }

    [Fact]
    public void Lowered_limits_take_nothing_away_and_refuse_until_there_is_room()
    {
        ResourceManager manager = new(Infinite);
        using ConnectionScope first = manager.OpenConnection(Direction.Inbound, usesFileDescriptor: false);
        ConnectionScope second = manager.OpenConnection(Direction.Inbound, usesFileDescriptor: false);
        manager.System.Limits = All with { Connections = 1 };

        Assert.Equal(2, manager.System.Usage.ConnectionsInbound);
        Assert.False(manager.TryOpenConnection(Direction.Inbound, false, null, out _, out _));
        second.Dispose();
        Assert.False(manager.TryOpenConnection(Direction.Inbound, false, null, out _, out _));
        manager.System.Limits = All with { Connections = 2 };
        Assert.True(manager.TryOpenConnection(Direction.Inbound, false, null, out _, out _));
    }

    [Fact]
    public void Named_limits_apply_to_their_name_alone()
    {
        ResourceManager manager = Create(limits => limits with
        {
            Peer = new Dictionary<PeerKey, ResourceLimits> { [Alice] = ResourceLimits.BlockAll },
            Service = new Dictionary<string, ResourceLimits> { ["s"] = Memory(1) },
        });

        Assert.False(manager.TryOpenStream(Alice, Direction.Inbound, out _, out Refusal refusal));
        Assert.Equal("Peer[\"alice\"].StreamsInbound", refusal.ConfigurationKey);
        Assert.True(manager.TryOpenStream(Bob, Direction.Inbound, out _, out _));
        using ScopeView named = manager.ViewService("s");
        using ScopeView other = manager.ViewService("S");
        Assert.Equal((Memory(1), All), (named.Scope.Limits, other.Scope.Limits));
    }
}
