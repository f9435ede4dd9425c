using static Rcmgr.Tests.Accounting.TestManagers;

namespace Rcmgr.Tests.Scopes;

public sealed class ReleaseTests
{
    [Fact]
    public void Releasing_more_than_is_held_is_reported_and_takes_nothing_from_others()
    {
        ResourceManager manager = new(Infinite);
        using StreamScope careless = manager.OpenStream(Alice, Direction.Inbound);
        using StreamScope other = manager.OpenStream(Alice, Direction.Inbound);
        careless.ReserveMemory(100);
        other.ReserveMemory(1000);

        Assert.False(careless.ReleaseMemory(600));

        Assert.Equal(1, manager.AccountingFaults);
        Assert.Equal((0, 1000), (careless.Usage.Memory, other.Usage.Memory));
        Assert.Equal((1000, 1000, 1000), (manager.Use("peer:alice").Memory, manager.Transient.Usage.Memory, manager.System.Usage.Memory));
    }

    [Fact]
    public void What_a_span_never_had_is_not_taken_from_its_owner()
    {
        ResourceManager manager = new(Infinite);
        using StreamScope stream = manager.OpenStream(Alice, Direction.Inbound);
        stream.ReserveMemory(1000);
        using SpanScope span = stream.BeginSpan();
        span.ReserveMemory(10);

        Assert.False(span.ReleaseMemory(500));

        Assert.Equal((0, 1000, 1000), (span.Usage.Memory, stream.Usage.Memory, manager.System.Usage.Memory));
        Assert.Equal(1, manager.AccountingFaults);
    }

    [Fact]
    public void Releasing_on_a_wide_scope_is_clamped_to_what_it_holds()
    {
        ResourceManager manager = new(Infinite);
        manager.System.ReserveMemory(7);
        using ScopeView view = manager.ViewProtocol("/a");
        view.Scope.ReserveMemory(3);

        Assert.False(view.Scope.ReleaseMemory(9));

        Assert.Equal((0, 7), (view.Scope.Usage.Memory, manager.System.Usage.Memory));
        Assert.False(manager.System.ReleaseMemory(8));
        Assert.Equal(0, manager.System.Usage.Memory);
        Assert.Equal(2, manager.AccountingFaults);
    }

    [Fact]
    public void Negative_sizes_are_argument_errors_and_change_nothing()
    {
        ResourceManager manager = new(Infinite);
        using StreamScope stream = manager.OpenStream(Alice, Direction.Inbound);
        stream.ReserveMemory(10);

        Assert.Throws<ArgumentOutOfRangeException>(() => stream.ReserveMemory(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => stream.TryReserveMemory(long.MinValue, 255, out _));
        Assert.Throws<ArgumentOutOfRangeException>(() => stream.ReleaseMemory(-1));

        Assert.Equal(10, stream.Usage.Memory);
        Assert.Equal(0, manager.AccountingFaults);
    }

    [Fact]
    public void On_a_closed_scope_release_and_dispose_do_nothing_and_everything_else_is_refused()
    {
        ResourceManager manager = new(Infinite);
        StreamScope stream = manager.OpenStream(Alice, Direction.Inbound);
        ConnectionScope connection = manager.OpenConnection(Direction.Inbound, usesFileDescriptor: true);
        ScopeView view = manager.ViewProtocol("/a");
        stream.ReserveMemory(10);
        stream.Dispose();
        connection.Dispose();
        view.Dispose();

        Assert.True(stream.ReleaseMemory(10));
        Assert.True(connection.ReleaseMemory(10));
        Assert.True(view.Scope.ReleaseMemory(10));
        stream.Dispose();
        connection.Dispose();
        Assert.False(stream.TryReserveMemory(0, 255, out Refusal refusal));
        Assert.Equal((RefusalReason.ScopeClosed, ScopeKind.Stream), (refusal.Reason, refusal.ScopeKind));
        Assert.False(stream.TrySetProtocol("/a", out refusal));
        Assert.Equal(RefusalReason.ScopeClosed, refusal.Reason);
        Assert.False(stream.TrySetService("s", out refusal));
        Assert.Equal(RefusalReason.ScopeClosed, refusal.Reason);
        Assert.False(connection.TrySetPeer(Alice, out refusal));
        Assert.Equal(RefusalReason.ScopeClosed, refusal.Reason);
        Assert.Equal(0, manager.AccountingFaults);
        manager.AssertEmpty();
    }
}
