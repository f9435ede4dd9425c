namespace Rcmgr.Tests.Limits;

public sealed class ApplyLimitsTests
{
    private static readonly PeerKey Alice = new("alice");
    private static readonly ResourceManagerLimits Open = ResourceManagerLimits.Infinite;

    [Fact]
    public void New_limits_hold_for_live_scopes_of_every_class_at_once()
    {
        ResourceManager manager = new(Open);
        using ConnectionScope connection = manager.OpenConnection(Direction.Inbound, usesFileDescriptor: true);
        using StreamScope stream = manager.OpenStream(Alice, Direction.Inbound);
        stream.SetProtocol("/a");
        stream.SetService("s");
        using SpanScope span = stream.BeginSpan();
        using ScopeView peer = manager.ViewPeer(Alice);
        ResourceManagerLimits limits = Distinct();

        manager.ApplyLimits(limits);

        Assert.Same(limits, manager.Limits);
        Assert.Equal(limits.System, manager.System.Limits);
        Assert.Equal(limits.Transient, manager.Transient.Limits);
        Assert.Equal(limits.AllowlistedSystem, manager.AllowlistedSystem.Limits);
        Assert.Equal(limits.AllowlistedTransient, manager.AllowlistedTransient.Limits);
        Assert.Equal(limits.Peer[Alice], peer.Scope.Limits);
        Assert.Equal(limits.ProtocolDefault, stream.ProtocolScope!.Limits);
        Assert.Equal(limits.Service["s"], stream.ServiceScope!.Limits);
        Assert.Equal(limits.Connection, connection.Limits);
        Assert.Equal(limits.Stream, stream.Limits);
        Assert.Equal(limits.Stream, span.Limits);
        Assert.Equal(
            [limits.ProtocolPeerDefault, limits.ServicePeer["s"]],
            manager.TakeSnapshot().Scopes.Where(scope => scope.Kind is ScopeKind.ProtocolPeer or ScopeKind.ServicePeer)
                .OrderByDescending(scope => scope.Kind).Select(scope => scope.Limits));
    }

    [Fact]
    public void Scopes_that_come_later_get_the_new_limits()
    {
        ResourceManager manager = new(Open);
        manager.ApplyLimits(Open with { Peer = new Dictionary<PeerKey, ResourceLimits> { [Alice] = ResourceLimits.AllowAll with { Streams = 1 } } });

        using StreamScope first = manager.OpenStream(Alice, Direction.Inbound);

        Assert.False(manager.TryOpenStream(Alice, Direction.Inbound, out _, out Refusal refusal));
        Assert.Equal("Peer[\"alice\"].Streams", refusal.ConfigurationKey);
    }

    [Fact]
    public void Limits_that_were_set_on_a_scope_stay()
    {
        ResourceManager manager = new(Open);
        ResourceLimits own = ResourceLimits.AllowAll with { Memory = 7 };
        using StreamScope stream = manager.OpenStream(Alice, Direction.Inbound);
        using SpanScope before = stream.BeginSpan();
        stream.Limits = own;
        using SpanScope after = stream.BeginSpan();
        manager.System.Limits = own;
        using (ScopeView view = manager.ViewPeer(new PeerKey("bob")))
            view.Scope.Limits = own;

        manager.ApplyLimits(Distinct());

        Assert.Equal(own, stream.Limits);
        Assert.Equal(own, after.Limits);
        Assert.Equal(Distinct().Stream, before.Limits);
        Assert.Equal(own, manager.System.Limits);
        using ScopeView bob = manager.ViewPeer(new PeerKey("bob"));
        Assert.Equal(own, bob.Scope.Limits);
    }

    [Fact]
    public void A_span_on_a_shared_scope_has_the_limits_that_were_set_on_it_or_else_the_new_ones()
    {
        ResourceManager manager = new(Open);
        ResourceLimits own = ResourceLimits.AllowAll with { Memory = 7 };
        using ScopeView alice = manager.ViewPeer(Alice);
        using ScopeView bob = manager.ViewPeer(new PeerKey("bob"));
        bob.Scope.Limits = own;
        using SpanScope onAlice = alice.Scope.BeginSpan();
        using SpanScope onBob = bob.Scope.BeginSpan();

        Assert.Equal((ResourceLimits.AllowAll, own), (onAlice.Limits, onBob.Limits));
        manager.ApplyLimits(Distinct());
        Assert.Equal((Distinct().Peer[Alice], own), (onAlice.Limits, onBob.Limits));
    }

    [Fact]
    public void A_scope_over_its_new_limits_keeps_what_it_holds_and_refuses_until_enough_is_released()
    {
        ResourceManager manager = new(Open);
        StreamScope first = manager.OpenStream(Alice, Direction.Inbound);
        using StreamScope second = manager.OpenStream(Alice, Direction.Inbound);

        LimitsPlan plan = manager.ApplyLimits(Open with { PeerDefault = ResourceLimits.AllowAll with { StreamsInbound = 1 } });

        Assert.Equal("peer:alice: StreamsInbound 2 in use, 1 allowed", Assert.Single(plan.ScopesOver).ToString());
        Assert.Equal(2, manager.System.Usage.StreamsInbound);
        Assert.False(manager.TryOpenStream(Alice, Direction.Inbound, out _, out _));
        first.Dispose();
        Assert.False(manager.TryOpenStream(Alice, Direction.Inbound, out _, out _));
        second.Dispose();
        manager.OpenStream(Alice, Direction.Inbound).Dispose();
    }

    [Fact]
    public void A_plan_names_every_change_under_its_key_and_changes_nothing()
    {
        ResourceManager manager = new(Open);
        manager.System.ReserveMemory(9);
        ResourceManagerLimits limits = Open with
        {
            System = ResourceLimits.AllowAll with { Memory = 8 },
            Protocol = new Dictionary<string, ResourceLimits> { ["/a"] = ResourceLimits.AllowAll with { Streams = 3 }, ["/same"] = ResourceLimits.AllowAll },
        };

        LimitsPlan plan = manager.PlanLimits(limits);

        Assert.Equal(["System.Memory: unlimited -> 8", "Protocol[\"/a\"].Streams: unlimited -> 3"], plan.Changes.Select(change => change.ToString()));
        OverLimit over = Assert.Single(plan.ScopesOver);
        Assert.Equal((ScopeKind.System, Resource.Memory, 9L, 8L), (over.ScopeKind, over.Resource, over.Held, over.Limit));
        Assert.Same(Open, manager.Limits);
        Assert.Equal(ResourceLimits.AllowAll, manager.System.Limits);
        Assert.True(manager.PlanLimits(Open).IsEmpty);
        Assert.Equal(3, limits.Protocol["/a"].Streams);
        Assert.Equal(["Protocol[\"/a\"].Streams: 3 -> unlimited", "System.Memory: 8 -> unlimited"], Reversed(limits));
    }

    [Fact]
    public void A_plan_lists_changes_by_class_and_within_it_the_class_first_and_then_names_in_order()
    {
        ResourceLimits changed = ResourceLimits.AllowAll with { Streams = 3 };
        ResourceManagerLimits limits = Open with
        {
            Stream = changed,
            System = changed,
            ServiceDefault = changed,
            Service = new Dictionary<string, ResourceLimits> { ["b"] = changed, ["a"] = changed, ["B"] = changed },
        };

        Assert.Equal(
            ["System", "ServiceDefault", "Service[\"B\"]", "Service[\"a\"]", "Service[\"b\"]", "Stream"],
            new ResourceManager(Open).PlanLimits(limits).Changes.Select(change => change.Key[..^".Streams".Length]));
    }

    [Fact]
    public void A_plan_compares_the_total_of_both_directions_with_its_limit()
    {
        ResourceManager manager = new(Open);
        using ConnectionScope inbound = manager.OpenConnection(Direction.Inbound, usesFileDescriptor: false);
        using ConnectionScope outbound = manager.OpenConnection(Direction.Outbound, usesFileDescriptor: false);
        using StreamScope first = manager.OpenStream(Alice, Direction.Inbound);
        using StreamScope second = manager.OpenStream(Alice, Direction.Outbound);

        LimitsPlan plan = manager.PlanLimits(Open with { System = ResourceLimits.AllowAll with { Streams = 1, Connections = 1 } });

        Assert.Equal(["system: Streams 2 in use, 1 allowed", "system: Conns 2 in use, 1 allowed"], plan.ScopesOver.Select(over => over.ToString()));
        Assert.Empty(manager.PlanLimits(Open with { System = ResourceLimits.AllowAll with { Streams = 2, Connections = 2 } }).ScopesOver);
    }

    [Fact]
    public void A_scope_that_holds_nothing_is_over_no_limit_not_even_one_that_blocks_everything() =>
        Assert.Empty(new ResourceManager(Open).PlanLimits(Open with { System = ResourceLimits.AllowAll with { Memory = -3 } }).ScopesOver);

    [Fact]
    public async Task Limits_replaced_under_load_are_never_exceeded_and_nothing_leaks()
    {
        ResourceManagerLimits narrow = Open with { System = ResourceLimits.AllowAll with { Streams = 4 } };
        ResourceManagerLimits wide = Open with { System = ResourceLimits.AllowAll with { Streams = 8 } };
        ResourceManager manager = new(narrow);
        Task[] workers = [.. Enumerable.Range(0, 4).Select(worker => Task.Run(() => OpenAndClose(manager, new PeerKey($"peer{worker % 2}"))))];
        for (int round = 0; round < 500; round++)
        {
            manager.ApplyLimits(round % 2 == 0 ? wide : narrow);
            Assert.InRange(manager.System.Usage.StreamsInbound, 0, 8);
        }

        await Task.WhenAll(workers);

        Assert.True(manager.System.Usage.IsZero);
        Assert.Equal(4, manager.TakeSnapshot().Scopes.Count);
        Assert.Equal(0, manager.AccountingFaults);
    }

    private static void OpenAndClose(ResourceManager manager, PeerKey peer)
    {
        for (int round = 0; round < 2_000; round++)
        {
            List<StreamScope> open = [];
            while (open.Count < 4 && manager.TryOpenStream(peer, Direction.Inbound, out StreamScope? stream, out _))
                open.Add(stream);
            open.ForEach(stream => stream.Dispose());
        }
    }

    private static IEnumerable<string> Reversed(ResourceManagerLimits limits) =>
        new ResourceManager(limits).PlanLimits(Open).Changes.Select(change => change.ToString()).Order(StringComparer.Ordinal);

    private static ResourceManagerLimits Distinct()
    {
        long next = 100;
        ResourceLimits Next() => ResourceLimits.AllowAll with { Memory = ++next };
        return new ResourceManagerLimits
        {
            System = Next(),
            Transient = Next(),
            AllowlistedSystem = Next(),
            AllowlistedTransient = Next(),
            ServiceDefault = Next(),
            Service = new Dictionary<string, ResourceLimits> { ["s"] = Next() },
            ServicePeerDefault = Next(),
            ServicePeer = new Dictionary<string, ResourceLimits> { ["s"] = Next() },
            ProtocolDefault = Next(),
            ProtocolPeerDefault = Next(),
            PeerDefault = Next(),
            Peer = new Dictionary<PeerKey, ResourceLimits> { [Alice] = Next() },
            Connection = Next(),
            Stream = Next(),
        };
    }
}
