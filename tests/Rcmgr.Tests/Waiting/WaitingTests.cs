using System.Net;
using Microsoft.Extensions.Time.Testing;
using static Rcmgr.Tests.Accounting.TestManagers;

namespace Rcmgr.Tests.Waiting;

public sealed class WaitingTests : IDisposable
{
    private static readonly WaitOptions Minute = new(TimeSpan.FromMinutes(1));
    private static readonly WaitOptions Forever = new(Timeout.InfiniteTimeSpan);

    private readonly FakeTimeProvider _clock = new();
    private ResourceManager? _manager;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _manager?.Dispose();

    [Fact]
    public async Task Where_there_is_room_nobody_waits()
    {
        ResourceManager manager = Create(limits => limits);

        using ConnectionScope connection = await manager.OpenConnectionAsync(Direction.Outbound, true, null, Minute, Ct);
        using StreamScope stream = await manager.OpenStreamAsync(Alice, Direction.Outbound, Minute, Ct);
        await stream.ReserveMemoryAsync(100, MemoryPriority.High, Minute, Ct);

        Assert.Equal((1L, 1L, 100L), (manager.System.Usage.ConnectionsOutbound, manager.System.Usage.StreamsOutbound, manager.System.Usage.Memory));
    }

    [Fact]
    public async Task A_connection_waits_until_one_is_closed()
    {
        ResourceManager manager = Create(limits => limits with { System = All with { ConnectionsOutbound = 1 } });
        ConnectionScope first = manager.OpenConnection(Direction.Outbound, usesFileDescriptor: true);

        ValueTask<ConnectionScope> waiting = manager.OpenConnectionAsync(Direction.Outbound, true, null, Minute, Ct);
        Assert.False(waiting.IsCompleted);
        first.Dispose();

        using ConnectionScope second = await waiting;
        Assert.Equal(1, manager.System.Usage.ConnectionsOutbound);
        Assert.Empty(manager.GetRefusalCounts());
    }

    [Fact]
    public async Task A_stream_waits_until_one_leaves_the_transient_scope()
    {
        ResourceManager manager = Create(limits => limits with { Transient = All with { Streams = 1 } });
        using StreamScope first = manager.OpenStream(Alice, Direction.Inbound);

        ValueTask<StreamScope> waiting = manager.OpenStreamAsync(Bob, Direction.Outbound, Minute, Ct);
        Assert.False(waiting.IsCompleted);
        first.SetProtocol("/x");

        using StreamScope second = await waiting;
    }

    [Fact]
    public async Task Memory_waits_until_enough_is_released()
    {
        ResourceManager manager = Create(limits => limits with { Stream = Memory(1_000) });
        using StreamScope stream = manager.OpenStream(Alice, Direction.Inbound);
        stream.ReserveMemory(900);

        ValueTask waiting = stream.ReserveMemoryAsync(300, MemoryPriority.Always, Minute, Ct);
        stream.ReleaseMemory(100);
        stream.ReleaseMemory(100);
        await waiting;

        Assert.Equal(1_000, stream.Usage.Memory);
    }

    [Fact]
    public async Task Raised_limits_wake_who_waits()
    {
        ResourceManager manager = Create(limits => limits with { System = All with { Streams = 1 } });
        using StreamScope first = manager.OpenStream(Alice, Direction.Inbound);

        ValueTask<StreamScope> waiting = manager.OpenStreamAsync(Alice, Direction.Outbound, Minute, Ct);
        manager.System.Limits = All;

        using StreamScope second = await waiting;
    }

    [Fact]
    public async Task New_limits_of_the_manager_wake_who_waits()
    {
        ResourceManager manager = Create(limits => limits with { PeerDefault = All with { Streams = 1 } });
        using StreamScope first = manager.OpenStream(Alice, Direction.Inbound);

        ValueTask<StreamScope> waiting = manager.OpenStreamAsync(Alice, Direction.Outbound, Minute, Ct);
        manager.ApplyLimits(Infinite);

        using StreamScope second = await waiting;
    }

    [Fact]
    public async Task An_address_is_asked_once_however_often_its_connection_is_tried()
    {
        // The default rate admits 16 at once, and 8 connections an address.
        using ResourceManager manager = new(new ResourceManagerOptions
        {
            Limits = Infinite with { System = All with { ConnectionsOutbound = 1 } },
            ConnectionLimits = ConnectionLimits.Default with { IncludeOutbound = true },
            TimeProvider = _clock,
        });
        IPAddress address = IPAddress.Parse("192.0.2.1");
        ConnectionScope held = manager.OpenConnection(Direction.Outbound, usesFileDescriptor: true);
        Task<ConnectionScope>[] waiting =
            [.. Enumerable.Range(0, 8).Select(_ => manager.OpenConnectionAsync(Direction.Outbound, true, address, Minute, Ct).AsTask())];
        for (int i = 0; i < 50; i++)
            manager.System.Limits = All with { ConnectionsOutbound = 1 };

        ResourceLimitExceededException full = await Assert.ThrowsAsync<ResourceLimitExceededException>(
            async () => await manager.OpenConnectionAsync(Direction.Outbound, true, address, Minute, Ct));
        Assert.NotEqual(RefusalReason.Limit, full.Refusal.Reason);
        held.Dispose();
        for (int i = 0; i < 7; i++)
        {
            Task<ConnectionScope> next = await Task.WhenAny(waiting);
            (await next).Dispose();
            waiting = [.. waiting.Where(task => task != next)];
        }

        using ConnectionScope last = await waiting[0];
        Assert.Equal(1, manager.Admission!.HeldSubnets);
        last.Dispose();
        Assert.Equal(0, manager.Admission!.HeldSubnets);
    }

    [Fact]
    public async Task Who_was_not_tried_while_he_waited_behind_another_is_tried_when_his_time_is_up()
    {
        ResourceManager manager = Create(limits => limits with { PeerDefault = All with { Streams = 1 } });
        StreamScope held = manager.OpenStream(Alice, Direction.Inbound);
        ValueTask<StreamScope> first = manager.OpenStreamAsync(Alice, Direction.Outbound, Forever, Ct);
        ValueTask<StreamScope> second = manager.OpenStreamAsync(Alice, Direction.Outbound, Minute, Ct);

        _clock.Advance(TimeSpan.FromMinutes(1));

        ResourceLimitExceededException refused = await Assert.ThrowsAsync<ResourceLimitExceededException>(async () => await second);
        Assert.Equal((ScopeKind.Peer, 1L), (refused.Refusal.ScopeKind, refused.Refusal.Current));
        Assert.Equal(1, Assert.Single(manager.GetRefusalCounts()).Count);
        held.Dispose();
        using StreamScope opened = await first;
    }

    [Fact]
    public async Task Who_gives_up_gives_the_slot_of_his_address_back()
    {
        using ResourceManager manager = new(new ResourceManagerOptions
        {
            Limits = Infinite with { System = All with { ConnectionsOutbound = 1 } },
            ConnectionLimits = ConnectionLimits.Default with { IncludeOutbound = true },
            TimeProvider = _clock,
        });
        using ConnectionScope held = manager.OpenConnection(Direction.Outbound, usesFileDescriptor: true);
        IPAddress address = IPAddress.Parse("192.0.2.1");

        Task<ConnectionScope> waiting = manager.OpenConnectionAsync(Direction.Outbound, true, address, Minute, Ct).AsTask();
        Assert.Equal(1, manager.Admission!.HeldSubnets);
        _clock.Advance(TimeSpan.FromMinutes(1));
        await Assert.ThrowsAsync<ResourceLimitExceededException>(() => waiting);
        await Assert.ThrowsAsync<ResourceLimitExceededException>(async () => await manager.OpenConnectionAsync(Direction.Outbound, true, address, default, Ct));

        Assert.Equal(0, manager.Admission!.HeldSubnets);
    }

    [Fact]
    public async Task The_deadline_ends_the_wait_with_the_refusal_counted_once()
    {
        ResourceManager manager = Create(limits => limits with { System = All with { Streams = 1 } });
        using StreamScope first = manager.OpenStream(Alice, Direction.Inbound);

        ValueTask<StreamScope> waiting = manager.OpenStreamAsync(Alice, Direction.Outbound, Minute, Ct);
        _clock.Advance(TimeSpan.FromSeconds(59));
        Assert.False(waiting.IsCompleted);
        _clock.Advance(TimeSpan.FromSeconds(1));

        ResourceLimitExceededException refused = await Assert.ThrowsAsync<ResourceLimitExceededException>(async () => await waiting);
        Assert.Equal(("system", 1L), (refused.Refusal.ScopeName, refused.Refusal.Limit));
        Assert.Equal(1, Assert.Single(manager.GetRefusalCounts()).Count);
    }

    [Fact]
    public async Task Cancellation_ends_the_wait_and_leaves_nothing()
    {
        ResourceManager manager = Create(limits => limits with { System = All with { Streams = 1 } });
        StreamScope first = manager.OpenStream(Alice, Direction.Inbound);
        using CancellationTokenSource cancelling = CancellationTokenSource.CreateLinkedTokenSource(Ct);

        ValueTask<StreamScope> waiting = manager.OpenStreamAsync(Alice, Direction.Outbound, Forever, cancelling.Token);
        await cancelling.CancelAsync();
        OperationCanceledException cancelled = await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await waiting);
        first.Dispose();

        Assert.Equal(cancelling.Token, cancelled.CancellationToken);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await manager.OpenStreamAsync(Alice, Direction.Outbound, Forever, cancelling.Token));
        Assert.Empty(manager.GetRefusalCounts());
        Assert.True(manager.System.Usage.IsZero);
    }

    [Fact]
    public async Task What_no_empty_scope_would_give_fails_at_once()
    {
        ResourceManager manager = Create(limits => limits with
        {
            System = All with { Streams = 1, Memory = 1_000, ConnectionsOutbound = 0 },
            Stream = Memory(100),
        });
        using StreamScope stream = manager.OpenStream(Alice, Direction.Outbound);
        stream.ReserveMemory(100);

        // The stream is full, and the system would never give as much.
        await AssertRefusedAtOnceAsync(stream.ReserveMemoryAsync(1_001, MemoryPriority.Always, Forever, Ct).AsTask(), "stream-1");
        await AssertRefusedAtOnceAsync(stream.ReserveMemoryAsync(40, MemoryPriority.Low, Forever, Ct).AsTask(), "stream-1");
        await AssertRefusedAtOnceAsync(manager.OpenConnectionAsync(Direction.Outbound, true, null, Forever, Ct).AsTask(), "system");
    }

    [Fact]
    public async Task A_full_queue_refuses_at_once()
    {
        ResourceManager manager = Create(
            limits => limits with { System = All with { Streams = 1 } }, new WaitingOptions { MaxWaiters = 3, MaxWaitersPerPeer = 2 });
        StreamScope first = manager.OpenStream(Alice, Direction.Inbound);

        Task<StreamScope>[] waiting = [.. Enumerable.Range(0, 2).Select(_ => manager.OpenStreamAsync(Alice, Direction.Outbound, Forever, Ct).AsTask())];
        await AssertRefusedAtOnceAsync(manager.OpenStreamAsync(Alice, Direction.Outbound, Forever, Ct).AsTask(), "system");
        Task<StreamScope> other = manager.OpenStreamAsync(Bob, Direction.Outbound, Forever, Ct).AsTask();
        Assert.False(other.IsCompleted);
        await AssertRefusedAtOnceAsync(manager.OpenStreamAsync(new PeerKey("carol"), Direction.Outbound, Forever, Ct).AsTask(), "system");

        first.Dispose();
        foreach (Task<StreamScope> stream in (Task<StreamScope>[])[waiting[0], other, waiting[1]])
            (await stream).Dispose();
    }

    [Fact]
    public async Task A_zero_timeout_is_a_plain_attempt()
    {
        ResourceManager manager = Create(limits => limits with { System = All with { Streams = 1 } });
        (await manager.OpenStreamAsync(Alice, Direction.Outbound, default, Ct)).Dispose();
        using StreamScope first = manager.OpenStream(Alice, Direction.Inbound);

        await AssertRefusedAtOnceAsync(manager.OpenStreamAsync(Alice, Direction.Outbound, default, Ct).AsTask(), "system");
    }

    [Fact]
    public async Task Whoever_waits_for_a_scope_learns_that_it_was_closed()
    {
        ResourceManager manager = Create(limits => limits with { Stream = Memory(100) });
        StreamScope stream = manager.OpenStream(Alice, Direction.Inbound);
        stream.ReserveMemory(100);

        Task waiting = stream.ReserveMemoryAsync(1, MemoryPriority.Always, Forever, Ct).AsTask();
        stream.Dispose();

        await Assert.ThrowsAsync<ScopeClosedException>(() => waiting);
        await Assert.ThrowsAsync<ScopeClosedException>(async () => await stream.ReserveMemoryAsync(1, MemoryPriority.Always, Forever, Ct));
        Assert.True(manager.System.Usage.IsZero);
    }

    [Fact]
    public async Task Inbound_paths_do_not_wait()
    {
        ResourceManager manager = Create(limits => limits);

        await Assert.ThrowsAsync<ArgumentException>(async () => await manager.OpenConnectionAsync(Direction.Inbound, true, null, Minute, Ct));
        await Assert.ThrowsAsync<ArgumentException>(async () => await manager.OpenStreamAsync(Alice, Direction.Inbound, Minute, Ct));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () =>
            await manager.OpenStreamAsync(Alice, Direction.Outbound, new WaitOptions(TimeSpan.FromSeconds(-2)), Ct));
    }

    [Fact]
    public async Task Higher_priorities_go_first_and_peers_take_turns()
    {
        ResourceManager manager = Create(limits => limits with { System = All with { Streams = 1 } });
        StreamScope held = manager.OpenStream(Alice, Direction.Inbound);
        List<string> order = [];
        List<(string Name, Task<StreamScope> Task)> waiting = [];
        foreach ((PeerKey peer, byte priority) in (ReadOnlySpan<(PeerKey, byte)>)[(Alice, 1), (Alice, 1), (Alice, 1), (Bob, 1), (Bob, 1), (Bob, 9)])
        {
            ValueTask<StreamScope> task = manager.OpenStreamAsync(peer, Direction.Outbound, Forever with { Priority = priority }, Ct);
            waiting.Add(($"{peer}{waiting.Count}", task.AsTask()));
        }

        while (waiting.Count > 0)
        {
            held.Dispose();
            Task<StreamScope> next = await Task.WhenAny([.. waiting.Select(wait => wait.Task)]);
            held = await next;
            int index = waiting.FindIndex(wait => wait.Task == next);
            order.Add(waiting[index].Name);
            waiting.RemoveAt(index);
        }

        held.Dispose();
        Assert.Equal(["bob5", "alice0", "bob3", "alice1", "bob4", "alice2"], order);
    }

    [Fact]
    public async Task A_peer_that_is_full_does_not_hold_up_others()
    {
        ResourceManager manager = Create(limits => limits with { PeerDefault = All with { Streams = 1 } });
        using StreamScope ofAlice = manager.OpenStream(Alice, Direction.Inbound);
        StreamScope ofBob = manager.OpenStream(Bob, Direction.Inbound);
        Task<StreamScope> alice = manager.OpenStreamAsync(Alice, Direction.Outbound, Minute with { Priority = 9 }, Ct).AsTask();
        Task<StreamScope> bob = manager.OpenStreamAsync(Bob, Direction.Outbound, Minute, Ct).AsTask();

        ofBob.Dispose();

        (await bob).Dispose();
        Assert.False(alice.IsCompleted);
        ofAlice.Dispose();
        (await alice).Dispose();
    }

    [Fact]
    public async Task A_small_reservation_does_not_overtake_a_large_one()
    {
        ResourceManager manager = Create(limits => limits with { Stream = Memory(1_000) });
        using StreamScope stream = manager.OpenStream(Alice, Direction.Inbound);
        stream.ReserveMemory(1_000);
        Task large = stream.ReserveMemoryAsync(800, MemoryPriority.Always, Forever, Ct).AsTask();
        Task small = stream.ReserveMemoryAsync(100, MemoryPriority.Always, Forever, Ct).AsTask();

        stream.ReleaseMemory(500);
        using (SpanScope span = manager.Transient.BeginSpan())
            Assert.False(small.IsCompleted);
        stream.ReleaseMemory(300);
        await large;
        Assert.False(small.IsCompleted);
        stream.ReleaseMemory(100);
        await small;
    }

    [Fact]
    public async Task A_rented_buffer_and_a_copy_can_wait()
    {
        ResourceManager manager = Create(limits => limits with { System = Memory(1_024) });
        manager.System.ReserveMemory(1_024);
        using MemoryStream source = new(new byte[5_000]);
        using MemoryStream destination = new();

        Task<long> copy = source.CopyToAsync(destination, manager.Transient, Forever, bufferSize: 1_024, cancellationToken: Ct);
        Assert.False(copy.IsCompleted);
        manager.System.ReleaseMemory(1_024);

        Assert.Equal(5_000, await copy);
        (await manager.Transient.RentMemoryAsync(1_000, MemoryPriority.Always, Minute, Ct)).Dispose();
        Assert.True(manager.System.Usage.IsZero);
    }

    [Fact]
    public async Task Nobody_is_told_of_releases_once_nobody_waits()
    {
        ResourceManager manager = Create(limits => limits with { System = All with { Streams = 1 } });
        StreamScope first = manager.OpenStream(Alice, Direction.Inbound);
        Assert.Null(manager.Engine.CapacityListener);
        Task<StreamScope> waiting = manager.OpenStreamAsync(Alice, Direction.Outbound, Forever, Ct).AsTask();
        Assert.NotNull(manager.Engine.CapacityListener);

        first.Dispose();
        (await waiting).Dispose();

        Assert.Null(manager.Engine.CapacityListener);
    }

    private static async Task AssertRefusedAtOnceAsync(Task task, string scope)
    {
        Assert.True(task.IsCompleted);
        Assert.Equal(scope, (await Assert.ThrowsAsync<ResourceLimitExceededException>(() => task)).Refusal.ScopeName);
    }

    private ResourceManager Create(Func<ResourceManagerLimits, ResourceManagerLimits> change, WaitingOptions? waiting = null) =>
        _manager = new(new ResourceManagerOptions { Limits = change(Infinite), Waiting = waiting ?? new WaitingOptions(), TimeProvider = _clock });
}
