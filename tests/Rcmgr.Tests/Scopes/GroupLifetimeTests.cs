using Rcmgr.Tests.Accounting;
using static Rcmgr.Tests.Accounting.TestManagers;

namespace Rcmgr.Tests.Scopes;

/// <summary>When a protocol or service begins and ends: whoever uses it finds the same scope, and what nobody uses is forgotten.</summary>
public sealed class GroupLifetimeTests
{
    [Theory]
    [InlineData(Counting.SingleGate)]
    [InlineData(Counting.Parked)]
    [InlineData(Counting.ParkedWidely)]
    public void What_nobody_uses_is_forgotten_and_made_anew(Counting counting)
    {
        ResourceManager manager = counting.Create(Infinite);
        foreach (Func<ScopeView> open in (Func<ScopeView>[])[() => manager.ViewProtocol("/a"), () => manager.ViewService("s")])
        {
            ScopeView gone = open();
            gone.Dispose();
            using ScopeView anew = open();

            Assert.NotSame(gone.Scope, anew.Scope);
            anew.Scope.ReserveMemory(5);
            Assert.False(gone.Scope.TryReserveMemory(0, MemoryPriority.Always, out Refusal refusal));
            Assert.Equal(RefusalReason.ScopeClosed, refusal.Reason);
            Assert.Equal(5, anew.Scope.Usage.Memory);
            anew.Scope.ReleaseMemory(5);
        }

        manager.AssertEmpty();
    }

    [Fact]
    public void A_protocol_whose_last_peer_has_left_is_closed_although_it_is_remembered()
    {
        ResourceManager manager = Counting.SingleGate.Create(Infinite);
        UseOnce(manager, Alice);
        ScopeView view = manager.ViewProtocol("/a");
        view.Dispose();

        manager.AssertEmpty();
        Assert.False(view.Scope.TryReserveMemory(1, MemoryPriority.Always, out Refusal refusal));
        Assert.Equal(RefusalReason.ScopeClosed, refusal.Reason);
        Assert.False(view.Scope.TryBeginSpan(out _, out refusal));
        Assert.Equal(RefusalReason.ScopeClosed, refusal.Reason);
        Assert.Equal(0, view.Scope.Usage.Memory);
    }

    [Theory]
    [InlineData(Counting.SingleGate)]
    [InlineData(Counting.Parked)]
    [InlineData(Counting.ParkedWidely)]
    public void A_peer_that_comes_back_to_a_protocol_is_charged_to_the_one_that_is_seen(Counting counting)
    {
        // With limits this small the protocol parks no credit that would hold it in being.
        ResourceManager manager = counting.Create(Infinite with { ProtocolDefault = new ResourceLimits(20, 20, 20, 0, 0, 0, 0, 20) });
        for (int i = 0; i < 20; i++)
            UseOnce(manager, new PeerKey($"peer-{i}"));
        using (ScopeView view = manager.ViewProtocol("/a"))
            view.Scope.ReserveMemory(7);
        using (ScopeView view = manager.ViewProtocol("/a"))
            view.Scope.ReleaseMemory(7);
        manager.AssertEmpty();

        List<StreamScope> streams = [.. Enumerable.Range(0, 20).Select(i => Use(manager, new PeerKey($"peer-{i}")))];

        Assert.Equal(Streams(20), manager.Use("protocol:/a"));
        using (ScopeView view = manager.ViewProtocol("/a"))
            Assert.All(streams, stream => Assert.Same(view.Scope, stream.ProtocolScope));
        streams.ForEach(stream => stream.Dispose());
        manager.AssertEmpty();
    }

    [Fact]
    public void A_protocol_that_is_viewed_again_while_a_peer_is_remembered_is_in_use()
    {
        ResourceManager manager = Counting.SingleGate.Create(Infinite);
        using (ScopeView first = manager.ViewProtocol("/a"))
            UseOnce(manager, Alice);
        using ScopeView view = manager.ViewProtocol("/a");

        Assert.Contains("protocol:/a", manager.AllUse().Keys);
        view.Scope.ReserveMemory(3);
        using StreamScope stream = Use(manager, Alice);

        Assert.Equal(Streams(1, memory: 3), manager.Use("protocol:/a"));
        view.Scope.ReleaseMemory(3);
    }

    [Fact]
    public void A_protocol_is_open_to_everybody_wherever_the_peers_that_use_it_are()
    {
        ResourceManager manager = Counting.ParkedWidely.Create(Infinite with { ProtocolDefault = Memory(100) });
        StreamScope stream = UseAwayFromHome(manager, out ResourceScope protocol);

        protocol.ReserveMemory(5);
        SpanScope span = protocol.BeginSpan();
        span.ReserveMemory(10);
        Assert.Equal(Streams(1, memory: 15), protocol.Usage);
        Assert.Equal(15, manager.System.Usage.Memory);
        span.Dispose();
        Assert.True(protocol.ReleaseMemory(5));
        Assert.Equal(Streams(1), protocol.Usage);
        Assert.False(protocol.TryReserveMemory(101, MemoryPriority.Always, out Refusal refusal));
        Assert.Equal("protocol:/a", refusal.ScopeName);

        // With the peer's scope in a caller's hands nothing of the peer is remembered: the protocol goes with its stream.
        _ = stream.PeerScope;
        stream.Dispose();
        manager.AssertEmpty();
        using ScopeView anew = manager.ViewProtocol("/a");
        Assert.NotSame(protocol, anew.Scope);
        Assert.False(protocol.TryBeginSpan(out _, out refusal));
        Assert.Equal(RefusalReason.ScopeClosed, refusal.Reason);
    }

    [Fact]
    public void Of_the_protocols_that_a_peer_has_left_only_the_last_are_remembered()
    {
        ResourceManager manager = Counting.SingleGate.Create(Infinite);
        using StreamScope kept = manager.OpenStream(Alice, Direction.Inbound);
        ResourceScope[] left = [.. Enumerable.Range(0, LingerRing.Places + 1).Select(i => UseOnce(manager, Alice, $"/{i}"))];

        Assert.NotSame(left[0], UseOnce(manager, Alice, "/0"));
        Assert.Same(left[^1], UseOnce(manager, Alice, $"/{LingerRing.Places}"));
    }

    [Fact]
    public void A_peer_that_goes_for_good_takes_along_what_was_remembered_of_its_protocols()
    {
        ResourceManager manager = Counting.SingleGate.Create(Infinite);
        ScopeView view = manager.ViewPeer(Alice);
        ResourceScope left = UseOnce(manager, Alice);
        view.Dispose();

        Assert.NotSame(left, UseOnce(manager, Bob));
        for (int i = 0; i < 3 * LingerRing.Places; i++)
            UseOnce(manager, new PeerKey($"peer-{i}"));
        manager.AssertEmpty();
    }

    [Fact]
    public void A_remembered_peer_that_a_caller_got_hold_of_goes_for_good_when_the_peer_comes_back()
    {
        ResourceManager manager = Counting.SingleGate.Create(Infinite);
        StreamScope first = Use(manager, Alice);
        ResourceScope left = first.ProtocolScope!;
        first.Dispose();
        _ = first.PeerScope;

        using StreamScope again = manager.OpenStream(Alice, Direction.Inbound);

        Assert.NotSame(left, UseOnce(manager, Bob));
        for (int i = 0; i < 3 * LingerRing.Places; i++)
            UseOnce(manager, new PeerKey($"peer-{i}"));
        Assert.Equal(Streams(1), manager.System.Usage);
    }

    [Fact]
    public void A_stream_that_a_protocol_refuses_leaves_no_trace_of_it()
    {
        ResourceManager manager = Counting.ParkedWidely.Create(Infinite with { ProtocolDefault = All with { Streams = 0 } });
        ScopeView view = manager.ViewProtocol("/a");
        List<StreamScope> refused = [.. Enumerable.Range(0, 20).Select(i => manager.OpenStream(new PeerKey($"peer-{i}"), Direction.Inbound))];
        Assert.All(refused, stream => Assert.False(stream.TrySetProtocol("/a", out _)));

        view.Dispose();

        using ScopeView anew = manager.ViewProtocol("/a");
        Assert.NotSame(view.Scope, anew.Scope);
        Assert.Equal(Streams(20), manager.Transient.Usage);
        refused.ForEach(stream => stream.Dispose());
    }

    [Theory]
    [InlineData(Counting.SingleGate)]
    [InlineData(Counting.Parked)]
    [InlineData(Counting.ParkedWidely)]
    public void A_full_protocol_or_service_refuses_until_a_stream_leaves_it(Counting counting)
    {
        ResourceManager manager = counting.Create(
            Infinite with { ProtocolDefault = All with { Streams = 1 }, ServiceDefault = All with { Streams = 1 } });
        StreamScope first = Use(manager, Alice);
        first.SetService("s");
        using StreamScope second = manager.OpenStream(Bob, Direction.Inbound);

        Assert.False(second.TrySetProtocol("/a", out Refusal refusal));
        Assert.Equal("protocol:/a", refusal.ScopeName);
        second.SetProtocol("/b");
        Assert.False(second.TrySetService("s", out refusal));
        Assert.Equal("service:s", refusal.ScopeName);
        first.Dispose();
        second.SetService("s");
        Assert.Equal(Streams(1), manager.Use("service:s"));
    }

    private static StreamScope Use(ResourceManager manager, PeerKey peer, string protocol = "/a")
    {
        StreamScope stream = manager.OpenStream(peer, Direction.Inbound);
        stream.SetProtocol(protocol);
        return stream;
    }

    private static ResourceScope UseOnce(ResourceManager manager, PeerKey peer, string protocol = "/a")
    {
        using StreamScope stream = Use(manager, peer, protocol);
        return stream.ProtocolScope!;
    }

    /// <summary>A stream of a peer that is in another shard than the one in which its protocol is viewed and reserved on.</summary>
    private static StreamScope UseAwayFromHome(ResourceManager manager, out ResourceScope protocol)
    {
        for (int i = 0; ; i++)
        {
            StreamScope stream = Use(manager, new PeerKey($"peer-{i}"));
            protocol = stream.ProtocolScope!;
            if (!ReferenceEquals(stream.Shard, protocol.Shard))
                return stream;
            _ = stream.PeerScope;
            stream.Dispose();
        }
    }
}
