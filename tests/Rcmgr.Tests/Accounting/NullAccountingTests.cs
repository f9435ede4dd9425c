using System.Net;

namespace Rcmgr.Tests.Accounting;

/// <summary>The manager that is none.</summary>
public sealed class NullAccountingTests
{
    private static readonly PeerKey Alice = new("alice");

    [Fact]
    public void Everything_is_admitted_and_nothing_is_counted()
    {
        using ResourceManager manager = ResourceManager.CreateNull();
        for (int i = 0; i < 1_000; i++)
        {
            ConnectionScope connection = manager.OpenConnection(Direction.Inbound, usesFileDescriptor: true, IPAddress.Loopback);
            connection.SetPeer(Alice);
            connection.ReserveMemory(long.MaxValue);
            Assert.NotNull(connection.PeerScope);
            StreamScope stream = manager.OpenStream(Alice, Direction.Outbound);
            stream.SetProtocol("/echo/1.0.0");
            stream.SetService("echo");
            SpanScope span = stream.PeerScope.BeginSpan();
            span.ReserveMemory(long.MaxValue);
            Assert.True(connection.Usage.IsZero && stream.Usage.IsZero && span.Usage.IsZero);
        }

        Assert.All(manager.TakeSnapshot().Scopes, scope => Assert.True(scope.Use.IsZero));
        Assert.Equal(4, manager.TakeSnapshot().Scopes.Count);
        Assert.Empty(manager.GetRefusalCounts());
    }

    [Fact]
    public void What_is_given_back_changes_nothing_and_is_no_fault()
    {
        using ResourceManager manager = ResourceManager.CreateNull();
        ConnectionScope connection = manager.OpenConnection(Direction.Outbound, usesFileDescriptor: false);
        using ScopeView view = manager.ViewPeer(Alice);
        view.Scope.Limits = ResourceLimits.BlockAll;

        Assert.True(connection.ReleaseMemory(1_000));
        connection.Dispose();
        connection.Dispose();
        SpanScope first = view.Scope.BeginSpan();
        first.Dispose();
        using SpanScope second = view.Scope.BeginSpan();

        second.ReserveMemory(1);
        Assert.Equal(0, manager.AccountingFaults);
    }

    [Fact]
    public void It_has_no_allowlist_and_explains_that_nobody_is_asked_in_vain()
    {
        using ResourceManager manager = ResourceManager.CreateNull();
        using ConnectionScope connection = manager.OpenConnection(Direction.Inbound, usesFileDescriptor: true, IPAddress.Loopback);

        Assert.False(connection.IsAllowlisted);
        Assert.True(manager.Explain(ResourceOperation.ReserveMemory(connection, long.MaxValue, MemoryPriority.Low)).IsAdmitted);

        Explanation stream = manager.Explain(ResourceOperation.OpenStream(Alice, Direction.Inbound, "/echo/1.0.0", "echo"));
        Assert.True(stream.IsAdmitted);
        Assert.Contains("peer:alice", stream.Scopes.Select(scope => scope.Name));
    }

    [Fact]
    public void New_limits_are_the_limits_and_change_nothing_else()
    {
        using ResourceManager manager = ResourceManager.CreateNull();
        ResourceManagerLimits limits = ResourceManagerLimits.Infinite with { System = ResourceLimits.BlockAll };

        LimitsPlan plan = manager.ApplyLimits(limits);

        Assert.Same(limits, manager.Limits);
        Assert.Empty(plan.ScopesOver);
        manager.OpenConnection(Direction.Inbound, usesFileDescriptor: true, IPAddress.Loopback).Dispose();
    }

    [Fact]
    public void A_reservation_allocates_nothing()
    {
        using ResourceManager manager = ResourceManager.CreateNull();
        using ConnectionScope connection = manager.OpenConnection(Direction.Outbound, usesFileDescriptor: false);
        connection.ReserveMemory(1);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
        {
            connection.ReserveMemory(1);
            connection.ReleaseMemory(1);
            connection.BeginSpan().Dispose();
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }
}
