using static Rcmgr.Tests.Accounting.TestManagers;

namespace Rcmgr.Tests.Accounting;

/// <summary>When shards park credit, how much, and when a scope is strict. Results never depend on it; speed and exactness near a limit do.</summary>
public sealed class ParkedCreditTests
{
    private const int Shards = 4;
    private const int ReturnsToRelax = 256;

    private static readonly ResourceLimits Roomy = new(64_000, 32_000, 32_000, 16_000, 8_000, 8_000, 8_000, 64 << 20);

    private static readonly PeerKey[] Peers = [.. Enumerable.Range(0, 64).Select(index => new PeerKey($"peer-{index}"))];

    [Fact]
    public void A_shard_parks_a_little_more_than_was_asked_for()
    {
        ResourceManager manager = Create(Roomy);
        using StreamScope stream = manager.OpenStream(Alice, Direction.Inbound);

        UsageVector parked = Parked(manager);
        Assert.InRange(parked.StreamsInbound, 1, Roomy.StreamsInbound / 4);
        Assert.Equal((0, 0, 0L), (parked.StreamsOutbound, parked.ConnectionsInbound, parked.Memory));

        stream.ReserveMemory(1);
        Assert.InRange(Parked(manager).Memory, 1, Roomy.Memory / 4);
    }

    [Fact]
    public void What_is_parked_is_spent_to_the_last_before_more_is_granted()
    {
        ResourceManager manager = Create(Roomy);
        using StreamScope stream = manager.OpenStream(Alice, Direction.Inbound);
        stream.ReserveMemory(1);
        UsageVector granted = System(manager).Granted;

        stream.ReserveMemory(Parked(manager).Memory);
        while (Parked(manager).StreamsInbound > 0)
            manager.OpenStream(Alice, Direction.Inbound);

        Assert.Equal(granted, System(manager).Granted);
        Assert.Equal(default, Parked(manager));
    }

    [Fact]
    public void Credit_is_spent_at_a_low_priority_while_all_that_is_granted_is_within_its_part_of_the_limit()
    {
        ResourceManager manager = Create(Roomy);
        using StreamScope stream = manager.OpenStream(Alice, Direction.Inbound);
        stream.ReserveMemory(1);
        UsageVector granted = System(manager).Granted;

        stream.ReserveMemory(1_000, MemoryPriority.Low);

        Assert.Equal(granted, System(manager).Granted);
    }

    [Fact]
    public void Credit_is_not_spent_at_a_low_priority_beyond_its_part_of_the_limit()
    {
        ResourceManager manager = Create(Roomy);
        using StreamScope stream = manager.OpenStream(Alice, Direction.Inbound);
        long part = LimitCheck.MemoryThreshold(Roomy.Memory, MemoryPriority.Low);
        stream.ReserveMemory(part - 100);
        Assert.InRange(Parked(manager).Memory, 101, long.MaxValue);

        Assert.False(stream.TryReserveMemory(101, MemoryPriority.Low, out _));
        Assert.True(stream.TryReserveMemory(100, MemoryPriority.Low, out _));
    }

    [Fact]
    public void A_stream_that_brings_more_memory_than_is_parked_is_charged_once()
    {
        ResourceManager manager = Create(Roomy);
        manager.ApplyLimits(Infinite with { System = Roomy, ProtocolDefault = Roomy });
        using StreamScope first = manager.OpenStream(Alice, Direction.Inbound);
        using StreamScope second = manager.OpenStream(Alice, Direction.Inbound);
        first.SetProtocol("/x");
        first.ReserveMemory(1);
        second.ReserveMemory(10 << 20);

        second.SetProtocol("/x");

        Assert.Equal(Streams(2, memory: (10 << 20) + 1), manager.Use("protocol:/x"));
    }

    [Fact]
    public void Not_even_zero_bytes_are_admitted_by_a_scope_above_its_limit()
    {
        ResourceManager manager = Create(Roomy);
        using StreamScope stream = manager.OpenStream(Alice, Direction.Inbound);
        stream.ReserveMemory(100);

        manager.System.Limits = Roomy with { Memory = 99 };

        Assert.False(stream.TryReserveMemory(0, MemoryPriority.Always, out Refusal refusal));
        Assert.Equal(ScopeKind.System, refusal.ScopeKind);
    }

    [Theory]
    [InlineData(10)]
    [InlineData(100)]
    [InlineData(1_000)]
    [InlineData(100_000)]
    public void Whatever_comes_and_goes_at_most_a_quarter_of_a_limit_is_parked(int limit)
    {
        ResourceManager manager = Create(new ResourceLimits(limit, limit, limit, limit, limit, limit, limit, limit));
        UsageVector chunk = PackedCounts.Unpack(System(manager).CountChunk, System(manager).MemoryChunk);
        int chunks = ParkedCreditAccounting.MostChunks * Shards;
        Assert.InRange(chunks * (chunk.StreamsInbound + chunk.StreamsOutbound), 0, limit / 4);
        Assert.InRange(chunks * (chunk.ConnectionsInbound + chunk.ConnectionsOutbound), 0, limit / 4);
        Assert.InRange(chunks * chunk.FileDescriptors, 0, limit / 4);
        Assert.InRange(chunks * chunk.Memory, 0, limit / 4);
        Random random = new(limit);
        for (int round = 0; round < 20; round++)
        {
            UseSome(manager, random, Math.Min(limit / 4, 200));

            UsageVector parked = Parked(manager);
            Assert.InRange(parked.StreamsInbound + parked.StreamsOutbound, 0, limit / 4);
            Assert.InRange(parked.ConnectionsInbound + parked.ConnectionsOutbound, 0, limit / 4);
            Assert.InRange(parked.FileDescriptors, 0, limit / 4);
            Assert.InRange(parked.Memory, 0, limit / 4);
        }
    }

    [Fact]
    public void A_refusal_makes_a_scope_strict_and_then_nothing_is_parked()
    {
        ResourceManager manager = Create(Roomy with { StreamsInbound = 100 });
        Assert.False(System(manager).IsStrict);

        Stack<StreamScope> streams = Fill(manager, 100);
        Assert.False(manager.TryOpenStream(Alice, Direction.Inbound, out _, out _));

        Assert.True(System(manager).IsStrict);
        Assert.Equal(default, Parked(manager));
        streams.Pop().Dispose();
        Assert.Equal(default, Parked(manager));
        Assert.Equal(99, System(manager).Granted.StreamsInbound);
    }

    [Fact]
    public void A_strict_scope_parks_again_after_many_returns_far_from_its_limits()
    {
        ResourceManager manager = Create(Roomy with { StreamsInbound = 2 * ReturnsToRelax });
        Stack<StreamScope> streams = Fill(manager, 2 * ReturnsToRelax);
        Assert.False(manager.TryOpenStream(Alice, Direction.Inbound, out _, out _));

        for (int i = 0; i < ReturnsToRelax - 1; i++)
            streams.Pop().Dispose();
        Assert.True(System(manager).IsStrict);
        streams.Pop().Dispose();
        Assert.False(System(manager).IsStrict);
        Assert.Equal(default, Parked(manager));
        streams.Pop().Dispose();
        Assert.Equal(1, Parked(manager).StreamsInbound);
    }

    [Fact]
    public void A_strict_scope_stays_so_for_many_returns_even_far_from_its_limits()
    {
        ResourceManager manager = Create(Roomy with { StreamsInbound = 200 });
        Stack<StreamScope> streams = Fill(manager, 200);
        Assert.False(manager.TryOpenStream(Alice, Direction.Inbound, out _, out _));

        for (int i = 0; i < 150; i++)
            streams.Pop().Dispose();

        Assert.True(System(manager).IsStrict);
    }

    [Theory]
    [InlineData("streams")]
    [InlineData("inbound streams")]
    [InlineData("outbound streams")]
    [InlineData("connections")]
    [InlineData("inbound connections")]
    [InlineData("outbound connections")]
    [InlineData("descriptors")]
    [InlineData("memory")]
    public void A_strict_scope_stays_so_while_it_is_close_to_any_limit_and_no_longer(string resource)
    {
        ResourceManager manager = Create(Roomy);
        Stack<IDisposable> held = Hold(manager, resource);

        manager.System.Limits = CloseTo(resource);
        MakeReturns(manager, ReturnsToRelax);
        Assert.True(System(manager).IsStrict);

        held.Pop().Dispose();
        MakeReturns(manager, ReturnsToRelax);
        Assert.False(System(manager).IsStrict);
    }

    [Fact]
    public void A_scope_that_is_pinned_stays_strict()
    {
        ResourceManager manager = Create(Roomy);
        manager.Engine.PinStrict();

        MakeReturns(manager, 2 * ReturnsToRelax);

        Assert.True(System(manager).IsStrict);
        Assert.Equal(default, Parked(manager));
    }

    [Fact]
    public void Where_limits_are_too_small_to_share_a_scope_is_always_strict()
    {
        ResourceManager manager = Create(new ResourceLimits(15, 15, 15, 15, 15, 15, 15, 15));

        MakeReturns(manager, 2 * ReturnsToRelax);

        Assert.True(System(manager).IsStrict);
    }

    [Fact]
    public void New_limits_collect_what_is_parked()
    {
        ResourceManager manager = Create(Roomy);
        using StreamScope stream = manager.OpenStream(Alice, Direction.Inbound);
        Assert.NotEqual(default, Parked(manager));

        manager.System.Limits = Roomy with { Memory = 1_000 };

        Assert.Equal(default, Parked(manager));
        Assert.Equal(UsageVector.OfStream(Direction.Inbound), System(manager).Granted);
    }

    [Fact]
    public void Of_what_one_shard_gives_back_it_keeps_some_and_returns_the_rest()
    {
        ResourceManager manager = Create(Roomy);
        StreamScope[] streams = [.. Enumerable.Range(0, 2_000).Select(_ => manager.OpenStream(Alice, Direction.Inbound))];
        foreach (StreamScope stream in streams)
            stream.ReserveMemory(5_000);

        UsageVector chunk = PackedCounts.Unpack(System(manager).CountChunk, System(manager).MemoryChunk);

        foreach (StreamScope stream in streams.Take(1_000))
            stream.ReleaseMemory(5_000);
        Assert.InRange(Parked(manager).Memory, 1, ParkedCreditAccounting.MostChunks * chunk.Memory);
        foreach (StreamScope stream in streams)
            stream.Dispose();

        UsageVector parked = Parked(manager);
        Assert.InRange(parked.StreamsInbound, 1, ParkedCreditAccounting.MostChunks * chunk.StreamsInbound);
        Assert.InRange(parked.Memory, 1, ParkedCreditAccounting.MostChunks * chunk.Memory);
        Assert.Equal(parked, System(manager).Granted);
    }

    [Fact]
    public void Connections_that_move_to_their_peers_shards_drain_no_shard()
    {
        ResourceManager manager = Create(Roomy);
        for (int i = 0; i < 4 * Peers.Length; i++)
            OpenAndMove(manager, Peers[i % Peers.Length]);

        UsageVector before = Parked(manager);
        ulong[] accounts = Counts(manager);
        for (int i = 0; i < 4 * Peers.Length; i++)
            OpenAndMove(manager, Peers[i % Peers.Length]);

        // Not one of them needed the shared gate: what is parked is where it was.
        Assert.Equal(before, Parked(manager));
        Assert.Equal(accounts, Counts(manager));
    }

    private static void OpenAndMove(ResourceManager manager, PeerKey peer)
    {
        using ConnectionScope connection = manager.OpenConnection(Direction.Inbound, usesFileDescriptor: true);
        connection.SetPeer(peer);
    }

    private static ulong[] Counts(ResourceManager manager) => [.. System(manager).Accounts.Select(account => account!.Counts)];

    private static ResourceManager Create(ResourceLimits system)
    {
        ResourceManagerLimits limits = Infinite with { System = system };
        Allowlist allowlist = new();
        return new ResourceManager(new AccountingEngine<ParkedCreditAccounting>(limits, allowlist, Shards), allowlist);
    }

    private static WideScope System(ResourceManager manager) => manager.Engine.System;

    private static UsageVector Parked(ResourceManager manager)
    {
        UsageVector parked = default;
        foreach (ShardAccount? account in System(manager).Accounts)
            parked.Add(PackedCounts.Unpack(account!.Counts, account.Memory));
        return parked;
    }

    private static Stack<StreamScope> Fill(ResourceManager manager, int count) =>
        new(Enumerable.Range(0, count).Select(index => manager.OpenStream(Peers[index % Peers.Length], Direction.Inbound)));

    private static void UseSome(ResourceManager manager, Random random, int count)
    {
        List<IDisposable> opened = [];
        for (int i = 0; i < count; i++)
        {
            Direction direction = (Direction)random.Next(2);
            PeerKey peer = Peers[random.Next(Peers.Length)];
            if (random.Next(2) == 0 && manager.TryOpenStream(peer, direction, out StreamScope? stream, out _))
            {
                stream.TryReserveMemory(random.Next(3), MemoryPriority.Always, out _);
                opened.Add(stream);
            }
            else if (manager.TryOpenConnection(direction, random.Next(2) == 0, null, out ConnectionScope? connection, out _))
            {
                connection.TrySetPeer(peer, out _);
                opened.Add(connection);
            }
        }

        opened.ForEach(static scope => scope.Dispose());
    }

    /// <summary>Returns of next to nothing.</summary>
    private static void MakeReturns(ResourceManager manager, int count)
    {
        for (int i = 0; i < count; i++)
        {
            manager.System.ReserveMemory(1);
            manager.System.ReleaseMemory(1);
        }
    }

    /// <summary>Holds 101 of a resource; the topmost is one of it.</summary>
    private static Stack<IDisposable> Hold(ResourceManager manager, string resource)
    {
        if (resource.EndsWith("streams", StringComparison.Ordinal))
            return new(Enumerable.Range(0, 101).Select(index => manager.OpenStream(Alice, DirectionOf(resource, index))));
        if (resource != "memory")
            return new(Enumerable.Range(0, 101).Select(index => manager.OpenConnection(DirectionOf(resource, index), resource == "descriptors")));
        SpanScope most = manager.System.BeginSpan();
        SpanScope one = manager.System.BeginSpan();
        most.ReserveMemory(100);
        one.ReserveMemory(1);
        return new([most, one]);
    }

    /// <summary>A total is made up of both directions.</summary>
    private static Direction DirectionOf(string resource, int index) => resource.Split(' ')[0] switch
    {
        "inbound" => Direction.Inbound,
        "outbound" => Direction.Outbound,
        _ => (Direction)(index & 1),
    };

    /// <summary>Limits of which the scope holds more than the part that lets it park: half, and of memory a quarter.</summary>
    private static ResourceLimits CloseTo(string resource) => resource switch
    {
        "streams" => Roomy with { Streams = 201 },
        "inbound streams" => Roomy with { StreamsInbound = 201 },
        "outbound streams" => Roomy with { StreamsOutbound = 201 },
        "connections" => Roomy with { Connections = 201 },
        "inbound connections" => Roomy with { ConnectionsInbound = 201 },
        "outbound connections" => Roomy with { ConnectionsOutbound = 201 },
        "descriptors" => Roomy with { FileDescriptors = 201 },
        _ => Roomy with { Memory = 403 },
    };
}
