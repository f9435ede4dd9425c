using static Rcmgr.Tests.Accounting.TestManagers;

namespace Rcmgr.Tests.Accounting;

/// <summary>
/// A caller releases on a peer or a wide scope what others have reserved below it. When these give back what is no longer there, it is a
/// fault; no scope counts less than nothing, and what is reserved afterwards is counted in full.
/// </summary>
public sealed class ForeignReleaseTests
{
    private static readonly ResourceLimits Roomy = new(64_000, 32_000, 32_000, 16_000, 8_000, 8_000, 8_000, 64 << 20);

    private static readonly ResourceManagerLimits RoomyEverywhere =
        Infinite with { System = Roomy, Transient = Roomy, ProtocolDefault = Roomy, ServiceDefault = Roomy };

    [Theory]
    [InlineData(Counting.SingleGate)]
    [InlineData(Counting.Parked)]
    [InlineData(Counting.ParkedWidely)]
    public void On_a_peer(Counting counting)
    {
        ResourceManager manager = counting.Create(RoomyEverywhere);
        using StreamScope stream = manager.OpenStream(Alice, Direction.Inbound);
        stream.ReserveMemory(1_000);

        Assert.True(stream.PeerScope.ReleaseMemory(1_000));
        Assert.Equal((0, 1_000, 0), (manager.Use("peer:alice").Memory, manager.Transient.Usage.Memory, manager.System.Usage.Memory));
        Assert.True(stream.ReleaseMemory(1_000));

        AssertEmptyOfMemory(manager, faults: 2);
        AssertCountsInFull(manager, stream);
    }

    [Theory]
    [InlineData(Counting.SingleGate)]
    [InlineData(Counting.Parked)]
    [InlineData(Counting.ParkedWidely)]
    public void On_the_system(Counting counting)
    {
        ResourceManager manager = counting.Create(RoomyEverywhere);
        using StreamScope stream = manager.OpenStream(Alice, Direction.Inbound);
        stream.ReserveMemory(1_000);

        Assert.True(manager.System.ReleaseMemory(1_000));
        Assert.Equal((1_000, 1_000, 0), (manager.Use("peer:alice").Memory, manager.Transient.Usage.Memory, manager.System.Usage.Memory));
        Assert.True(stream.ReleaseMemory(1_000));

        AssertEmptyOfMemory(manager, faults: 1);
        AssertCountsInFull(manager, stream);
    }

    [Theory]
    [InlineData(Counting.SingleGate)]
    [InlineData(Counting.Parked)]
    [InlineData(Counting.ParkedWidely)]
    public void On_a_protocol(Counting counting)
    {
        ResourceManager manager = counting.Create(RoomyEverywhere);
        using StreamScope stream = manager.OpenStream(Alice, Direction.Inbound);
        stream.SetProtocol("/a");
        stream.ReserveMemory(1_000);

        Assert.True(stream.ProtocolScope!.ReleaseMemory(1_000));
        Assert.Equal((1_000, 0, 0), (manager.Use("peer:alice").Memory, manager.Use("protocol:/a").Memory, manager.System.Usage.Memory));
        Assert.True(stream.ReleaseMemory(1_000));

        AssertEmptyOfMemory(manager, faults: 2);
        AssertCountsInFull(manager, stream);
    }

    [Theory]
    [InlineData(Counting.SingleGate)]
    [InlineData(Counting.Parked)]
    [InlineData(Counting.ParkedWidely)]
    public void By_a_span_whose_peer_has_given_it_back_before(Counting counting)
    {
        ResourceManager manager = counting.Create(RoomyEverywhere);
        using StreamScope stream = manager.OpenStream(Alice, Direction.Inbound);
        SpanScope span = stream.PeerScope.BeginSpan();
        span.ReserveMemory(1_000);
        stream.ReserveMemory(1_000);

        Assert.True(stream.PeerScope.ReleaseMemory(1_000));
        span.Dispose();
        Assert.Equal(0, manager.System.Usage.Memory);
        Assert.True(stream.ReleaseMemory(1_000));

        AssertEmptyOfMemory(manager, faults: 2);
        AssertCountsInFull(manager, stream);
    }

    [Theory]
    [InlineData(Counting.SingleGate, false)]
    [InlineData(Counting.Parked, false)]
    [InlineData(Counting.Parked, true)]
    [InlineData(Counting.ParkedWidely, false)]
    public void By_a_span_whose_protocol_has_given_it_back_before(Counting counting, bool hasSystemSuffered)
    {
        ResourceManager manager = counting.Create(RoomyEverywhere);
        using StreamScope stream = manager.OpenStream(Alice, Direction.Inbound);
        if (hasSystemSuffered)
        {
            stream.ReserveMemory(1);
            manager.System.ReleaseMemory(1);
            stream.ReleaseMemory(1);
        }

        stream.SetProtocol("/a");
        SpanScope span = stream.ProtocolScope!.BeginSpan();
        span.ReserveMemory(1_000);
        stream.ReserveMemory(1_000);

        Assert.True(stream.ProtocolScope!.ReleaseMemory(1_000));
        span.Dispose();
        Assert.Equal((0, 0), (manager.Use("protocol:/a").Memory, manager.System.Usage.Memory));
        Assert.True(stream.ReleaseMemory(1_000));

        AssertEmptyOfMemory(manager, faults: hasSystemSuffered ? 3 : 2);
        AssertCountsInFull(manager, stream);
    }

    [Theory]
    [InlineData(Counting.SingleGate)]
    [InlineData(Counting.Parked)]
    [InlineData(Counting.ParkedWidely)]
    public void By_a_span_that_has_more_than_its_protocol_holds(Counting counting)
    {
        ResourceManager manager = counting.Create(RoomyEverywhere);
        using ScopeView view = manager.ViewProtocol("/a");
        SpanScope span = view.Scope.BeginSpan();
        span.ReserveMemory(1_000);
        view.Scope.ReleaseMemory(400);

        span.Dispose();

        AssertEmptyOfMemory(manager, faults: 1);
    }

    [Fact]
    public void What_was_reserved_on_a_scope_itself_is_given_back_without_further_ado()
    {
        ResourceManager manager = Counting.Parked.Create(RoomyEverywhere);
        using StreamScope stream = manager.OpenStream(Alice, Direction.Inbound);
        stream.SetProtocol("/a");
        stream.ReserveMemory(1_000);

        foreach (ResourceScope scope in (ResourceScope[])[stream.PeerScope, stream.ProtocolScope!, manager.System, manager.Transient])
        {
            scope.ReserveMemory(300);
            scope.ReleaseMemory(100);
            scope.ReleaseMemory(200);
            using SpanScope span = scope.BeginSpan();
            span.ReserveMemory(300);
            span.ReleaseMemory(300);
            span.ReserveMemory(300);
            span.Dispose();
            span.ReleaseMemory(300);
        }

        Assert.False(manager.Engine.System.IsPinnedStrict);
        Assert.False(manager.Engine.Transient.IsPinnedStrict);
        Assert.False(((WideScope)stream.ProtocolScope!).IsPinnedStrict);
        Assert.Equal(0, manager.AccountingFaults);
        Assert.Equal(Streams(1, memory: 1_000), manager.System.Usage);
    }

    [Fact]
    public void Who_releases_more_than_all_that_there_is_takes_it_from_nobody()
    {
        ResourceManager manager = Counting.Parked.Create(RoomyEverywhere);
        manager.System.ReserveMemory(300);

        Assert.False(manager.System.ReleaseMemory(400));

        Assert.False(manager.Engine.System.IsPinnedStrict);
        AssertEmptyOfMemory(manager, faults: 1);
    }

    private static void AssertEmptyOfMemory(ResourceManager manager, long faults)
    {
        Assert.All(manager.AllUse(), scope => Assert.True(scope.Value.Memory == 0, $"{scope.Key} holds {scope.Value.Memory}"));
        Assert.Equal(faults, manager.AccountingFaults);
    }

    private static void AssertCountsInFull(ResourceManager manager, StreamScope stream)
    {
        stream.ReserveMemory(700);
        Assert.Equal((700, 700), (stream.Usage.Memory, manager.Use("peer:alice").Memory));
        Assert.Equal((stream.ProtocolScope ?? manager.Transient).Usage.Memory, manager.System.Usage.Memory);
        Assert.Equal(700, manager.System.Usage.Memory);
    }
}
