using System.Net;
using static Rcmgr.Tests.Accounting.TestManagers;

namespace Rcmgr.Tests.Observing;

public sealed class ObserveOnlyTests
{
    [Fact]
    public void Everything_is_admitted_and_what_would_have_been_refused_is_counted()
    {
        using ResourceManager manager = Observe(Infinite with
        {
            System = All with { ConnectionsInbound = 1 },
            PeerDefault = All with { Streams = 1 },
            Protocol = new Dictionary<string, ResourceLimits> { ["/x"] = ResourceLimits.BlockAll },
        });

        Assert.True(manager.ObservesOnly);
        using ConnectionScope first = manager.OpenConnection(Direction.Inbound, usesFileDescriptor: true);
        Assert.Empty(manager.GetRefusalCounts());
        using ConnectionScope second = manager.OpenConnection(Direction.Inbound, usesFileDescriptor: true);
        using StreamScope stream = manager.OpenStream(Alice, Direction.Inbound);
        using StreamScope more = manager.OpenStream(Alice, Direction.Inbound);
        stream.SetProtocol("/x");
        stream.ReserveMemory(60);
        stream.ReserveMemory(60);

        Assert.Equal(
            [
                (ScopeKind.System, Resource.Connections, 1L), (ScopeKind.Protocol, Resource.Memory, 2L), (ScopeKind.Protocol, Resource.Streams, 1L),
                (ScopeKind.Peer, Resource.Streams, 1L),
            ],
            manager.GetRefusalCounts().Select(count => (count.Scope, count.Resource, count.Count)));
        Assert.Equal(new ScopeUsage(2, 0, 2, 0, 2, 120), manager.System.Usage);
    }

    [Fact]
    public void Use_and_release_are_exact()
    {
        using ResourceManager manager = Observe(new ResourceManagerLimits
        {
            System = ResourceLimits.BlockAll,
            Transient = ResourceLimits.BlockAll,
            AllowlistedSystem = ResourceLimits.BlockAll,
            AllowlistedTransient = ResourceLimits.BlockAll,
            ServiceDefault = ResourceLimits.BlockAll,
            ServicePeerDefault = ResourceLimits.BlockAll,
            ProtocolDefault = ResourceLimits.BlockAll,
            ProtocolPeerDefault = ResourceLimits.BlockAll,
            PeerDefault = ResourceLimits.BlockAll,
            Connection = ResourceLimits.BlockAll,
            Stream = ResourceLimits.BlockAll,
        });

        ConnectionScope connection = manager.OpenConnection(Direction.Outbound, true, IPAddress.Loopback);
        connection.SetPeer(Alice);
        StreamScope stream = manager.OpenStream(Alice, Direction.Outbound);
        stream.SetProtocol("/x");
        stream.SetService("s");
        using (SpanScope span = stream.BeginSpan())
        {
            span.ReserveMemory(10);
            Assert.Equal(new ScopeUsage(0, 1, 0, 1, 1, 10), manager.Use("peer:alice"));
            Assert.Equal(Streams(0, 1, 10), manager.Use("service:s.peer:alice"));
        }

        stream.Dispose();
        connection.Dispose();
        manager.AssertEmpty();
        Assert.Equal(0, manager.AccountingFaults);
    }

    [Fact]
    public void The_limits_that_are_shown_are_those_that_are_judged_by()
    {
        ResourceManagerLimits limits = Infinite with { System = Memory(1_000), PeerDefault = Memory(10), Stream = Memory(5) };
        using ResourceManager manager = Observe(limits);
        StreamScope stream = manager.OpenStream(Alice, Direction.Inbound);
        using SpanScope span = stream.BeginSpan();

        Assert.Equal((Memory(1_000), Memory(5), Memory(5)), (manager.System.Limits, stream.Limits, span.Limits));
        Assert.Equal(Memory(10), manager.TakeSnapshot().Scopes.Single(scope => scope.Name == "peer:alice").Limits);
        stream.Limits = All;
        stream.PeerScope.Limits = Memory(20);
        Assert.Equal((All, All), (stream.Limits, span.Limits));
        stream.ReserveMemory(20);
        Assert.Empty(manager.GetRefusalCounts());
        Assert.False(manager.Explain(ResourceOperation.ReserveMemory(stream, 1)).IsAdmitted);
        stream.Dispose();
        Assert.Equal(Memory(5), stream.Limits);
    }

    [Fact]
    public void Closed_scopes_and_wrong_states_refuse_as_ever_and_count_once()
    {
        using ResourceManager manager = Observe(Infinite);
        StreamScope stream = manager.OpenStream(Alice, Direction.Inbound);

        Assert.False(stream.TrySetService("s", out _));
        stream.Dispose();
        Assert.False(stream.TryReserveMemory(1, MemoryPriority.Always, out _));

        Assert.Equal(
            [(RefusalReason.ScopeClosed, 1L), (RefusalReason.WrongState, 1L)], manager.GetRefusalCounts().Select(count => (count.Reason, count.Count)));
    }

    [Fact]
    public void New_limits_are_judged_by_from_then_on()
    {
        using ResourceManager manager = Observe(Infinite);
        using StreamScope stream = manager.OpenStream(Alice, Direction.Inbound);
        using ScopeView bob = manager.ViewPeer(Bob);
        bob.Scope.Limits = All;
        bob.Scope.ReserveMemory(10);
        ResourceManagerLimits tighter = Infinite with { PeerDefault = ResourceLimits.BlockAll };

        LimitsPlan plan = manager.ApplyLimits(tighter);

        Assert.Equal(["peer:alice", "peer:alice"], plan.ScopesOver.Select(over => over.ScopeName));
        Assert.Equal(tighter, manager.Limits);
        Assert.Equal(ResourceLimits.BlockAll, stream.PeerScope.Limits);
        Assert.True(manager.TryOpenStream(Alice, Direction.Inbound, out _, out _));
        Assert.True(manager.TryOpenStream(Bob, Direction.Inbound, out _, out _));
        Assert.Equal((ScopeKind.Peer, 1L), Assert.Single(manager.GetRefusalCounts().Select(count => (count.Scope, count.Count))));
    }

    [Theory]
    [InlineData(Direction.Inbound)]
    [InlineData(Direction.Outbound)]
    public async Task Addresses_are_only_observed_too(Direction direction)
    {
        using ResourceManager manager = new(new ResourceManagerOptions
        {
            Limits = Infinite,
            ObserveOnly = true,
            ConnectionLimits = ConnectionLimits.Default with { IncludeOutbound = true },
        });
        IPAddress address = IPAddress.Parse("192.0.2.1");

        for (int i = 0; i < 9; i++)
        {
            if (direction == Direction.Inbound)
                manager.OpenConnection(direction, true, address);
            else
                await manager.OpenConnectionAsync(direction, true, address, default, TestContext.Current.CancellationToken);
        }

        Assert.Equal(1, Assert.Single(manager.GetRefusalCounts()).Count);
        Assert.Equal(9, manager.System.Usage.FileDescriptors);
    }

    [Fact]
    public void Leaks_are_found_and_nobody_waits()
    {
        using ResourceManager manager = new(new ResourceManagerOptions
        {
            Limits = Infinite with { System = ResourceLimits.BlockAll },
            ObserveOnly = true,
            LeakTracking = new LeakTrackingOptions(),
        });

        using StreamScope stream = manager.OpenStream(Alice, Direction.Outbound);

        Assert.Equal("stream-1", Assert.Single(manager.FindLeaks().Scopes).Name);
        Assert.True(manager.OpenStreamAsync(Bob, Direction.Outbound, new WaitOptions(Timeout.InfiniteTimeSpan), TestContext.Current.CancellationToken).AsTask().IsCompletedSuccessfully);
    }

    private static ResourceManager Observe(ResourceManagerLimits limits) =>
        new(new ResourceManagerOptions { Limits = limits, ObserveOnly = true });
}
