using static Rcmgr.Tests.Accounting.TestManagers;

namespace Rcmgr.Tests.Scopes;

public sealed class SpanScopeTests
{
    [Fact]
    public void Disposing_a_span_releases_all_that_it_holds_once()
    {
        ResourceManager manager = new(Infinite);
        using StreamScope stream = manager.OpenStream(Alice, Direction.Inbound);
        stream.ReserveMemory(5);
        SpanScope span = stream.BeginSpan();
        span.ReserveMemory(10);

        Assert.Equal(15, stream.Usage.Memory);
        span.Dispose();
        span.Dispose();

        Assert.Equal(Streams(1, memory: 5), stream.Usage);
        Assert.Equal(Streams(1, memory: 5), manager.System.Usage);
        Assert.Equal(default, span.Usage);
        Assert.Throws<ScopeClosedException>(() => span.ReserveMemory(1));
    }

    [Fact]
    public void A_tree_of_spans_adds_up_and_comes_down_in_any_order()
    {
        ResourceManager manager = new(Infinite);
        using ConnectionScope connection = manager.OpenConnection(Direction.Outbound, usesFileDescriptor: false);
        SpanScope first = connection.BeginSpan();
        SpanScope second = connection.BeginSpan();
        SpanScope firstOfFirst = first.BeginSpan();
        SpanScope secondOfFirst = first.BeginSpan();
        SpanScope deep = secondOfFirst.BeginSpan();
        Assert.Equal("conn-1.span-1.span-2.span-1", deep.Name);
        foreach (SpanScope span in (SpanScope[])[first, second, firstOfFirst, secondOfFirst, deep])
            span.ReserveMemory(10);

        Assert.Equal((40, 10, 10, 20, 10, 50), (
            first.Usage.Memory, second.Usage.Memory, firstOfFirst.Usage.Memory, secondOfFirst.Usage.Memory, deep.Usage.Memory, connection.Usage.Memory));
        secondOfFirst.Dispose();
        Assert.Equal((20, 30, 30), (first.Usage.Memory, connection.Usage.Memory, manager.Transient.Usage.Memory));
        deep.Dispose();
        Assert.Equal((20, 30, 30), (first.Usage.Memory, connection.Usage.Memory, manager.Transient.Usage.Memory));
        first.Dispose();
        firstOfFirst.Dispose();
        second.Dispose();
        Assert.Equal(0, manager.System.Usage.Memory);
        Assert.Equal(0, manager.AccountingFaults);
    }

    [Fact]
    public void A_span_that_outlives_its_owner_gives_nothing_back_twice_and_refuses_everything()
    {
        ResourceManager manager = new(Infinite);
        using ConnectionScope other = manager.OpenConnection(Direction.Inbound, usesFileDescriptor: false);
        other.ReserveMemory(1000);
        ConnectionScope connection = manager.OpenConnection(Direction.Inbound, usesFileDescriptor: false);
        SpanScope span = connection.BeginSpan();
        SpanScope child = span.BeginSpan();
        span.ReserveMemory(100);
        child.ReserveMemory(50);
        connection.Dispose();
        Assert.Equal(1000, manager.System.Usage.Memory);

        Assert.False(child.TryReserveMemory(1, MemoryPriority.Always, out Refusal refusal));
        Assert.Equal((RefusalReason.ScopeClosed, "conn-2"), (refusal.Reason, refusal.ScopeName));
        child.ReleaseMemory(10);
        child.Dispose();
        span.Dispose();

        Assert.Equal(1000, manager.System.Usage.Memory);
        Assert.Equal(0, manager.AccountingFaults);
    }

    [Fact]
    public void A_span_keeps_the_limits_that_its_owner_had_when_it_began()
    {
        ResourceManager manager = new(Infinite);
        using ConnectionScope connection = manager.OpenConnection(Direction.Inbound, usesFileDescriptor: false);
        connection.Limits = Memory(100);
        using SpanScope early = connection.BeginSpan();
        connection.Limits = Memory(200);
        using SpanScope late = connection.BeginSpan();

        Assert.False(early.TryReserveMemory(101, MemoryPriority.Always, out Refusal refusal));
        Assert.Equal(("conn-1.span-1", "Conn.Memory"), (refusal.ScopeName, refusal.ConfigurationKey));
        Assert.True(late.TryReserveMemory(150, MemoryPriority.Always, out _));
        Assert.False(early.TryReserveMemory(51, MemoryPriority.Always, out refusal));
        Assert.Equal("conn-1", refusal.ScopeName);
    }

    [Fact]
    public void A_span_keeps_its_shared_owner_in_being_after_the_view_is_gone()
    {
        ResourceManager manager = new(Infinite);
        SpanScope span;
        using (ScopeView view = manager.ViewService("s"))
            span = view.Scope.BeginSpan();
        span.ReserveMemory(10);

        Assert.Equal(10, manager.Use("service:s").Memory);
        span.Dispose();
        manager.AssertEmpty();
    }

    [Fact]
    public void The_memory_of_a_span_moves_with_its_stream()
    {
        ResourceManager manager = new(Infinite);
        using StreamScope stream = manager.OpenStream(Alice, Direction.Inbound);
        using SpanScope span = stream.BeginSpan();
        span.ReserveMemory(64);
        stream.SetProtocol("/a");
        stream.SetService("s");

        Assert.Equal(default, manager.Transient.Usage);
        Assert.All(
            (string[])["peer:alice", "protocol:/a", "protocol:/a.peer:alice", "service:s", "service:s.peer:alice", "system"],
            name => Assert.Equal(Streams(1, memory: 64), manager.Use(name)));
        span.Dispose();
        Assert.Equal(Streams(1), manager.Use("service:s.peer:alice"));
    }

    [Fact]
    public void A_closed_scope_begins_no_span()
    {
        ResourceManager manager = new(Infinite);
        StreamScope stream = manager.OpenStream(Alice, Direction.Inbound);
        stream.Dispose();

        Assert.False(stream.TryBeginSpan(out SpanScope? span, out Refusal refusal));
        Assert.Null(span);
        Assert.Equal(RefusalReason.ScopeClosed, refusal.Reason);
        Assert.Throws<ScopeClosedException>(() => stream.BeginSpan());
    }
}
