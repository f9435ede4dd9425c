using CsCheck;
using static Rcmgr.Tests.Accounting.TestManagers;

namespace Rcmgr.Tests.Accounting;

/// <summary>Random histories on several threads that share connections, streams, spans and peers, watched from outside.</summary>
public sealed class ConcurrencyTests
{
    private const int Threads = 5;
    private const int StepsPerThread = 1_500;

    private static readonly PeerKey[] Peers = [Alice, Bob, new("carol")];
    private static readonly string[] Groups = ["x", "y"];
    private static readonly ResourceLimits Small = new(12, 8, 8, 10, 7, 7, 6, 4_000);

    private static readonly ResourceManagerLimits Limits = new()
    {
        System = Small,
        Transient = Small with { Streams = 6, Connections = 5, Memory = 2_000 },
        AllowlistedSystem = Small,
        AllowlistedTransient = Small,
        ServiceDefault = Small with { Streams = 4, Memory = 1_500 },
        ServicePeerDefault = Small with { Streams = 3, Memory = 900 },
        ProtocolDefault = Small with { Streams = 6, Memory = 2_500 },
        ProtocolPeerDefault = Small with { Streams = 4, Memory = 1_100 },
        PeerDefault = Small with { Streams = 7, Connections = 4, Memory = 2_200 },
        Connection = Small,
        Stream = Small,
    };

    [Theory]
    [InlineData(Counting.SingleGate)]
    [InlineData(Counting.Parked)]
    [InlineData(Counting.ParkedWidely)]
    [InlineData(Counting.ParkedStrict)]
    public void At_no_instant_does_a_scope_exceed_its_limits_and_in_the_end_nothing_is_held(Counting counting) =>
        Gen.Int.Sample(seed => RunRound(counting, seed, replacesLimits: false), iter: 6, threads: 1);

    [Theory]
    [InlineData(Counting.SingleGate)]
    [InlineData(Counting.Parked)]
    [InlineData(Counting.ParkedWidely)]
    [InlineData(Counting.ParkedStrict)]
    public void Limits_that_are_replaced_meanwhile_upset_no_balance(Counting counting) =>
        Gen.Int.Sample(seed => RunRound(counting, seed, replacesLimits: true), iter: 4, threads: 1);

    private static void RunRound(Counting counting, int seed, bool replacesLimits)
    {
        ResourceManager manager = counting.Create(Limits);
        Pool pool = new(manager);
        using CancellationTokenSource finished = new();
        Exception? failure = null;
        Thread observer = new(() => failure = Observe(manager, checksLimits: !replacesLimits, finished.Token));
        Exception?[] failures = new Exception?[Threads];
        Thread[] workers = [.. Enumerable.Range(0, Threads).Select(index => new Thread(() => failures[index] = Work(pool, new Random(seed + index), replacesLimits)))];

        observer.Start();
        foreach (Thread worker in workers)
            worker.Start();
        foreach (Thread worker in workers)
            worker.Join();
        finished.Cancel();
        observer.Join();

        Assert.All(failures, Assert.Null);
        Assert.Null(failure);
        pool.DisposeAll();
        Assert.Equal(0, manager.AccountingFaults);
        manager.AssertEmpty();
        AssertFillsExactly(manager);
    }

    private static Exception? Work(Pool pool, Random random, bool replacesLimits)
    {
        try
        {
            for (int i = 0; i < StepsPerThread; i++)
                pool.Step(random, replacesLimits);
            return null;
        }
        catch (Exception e)
        {
            return e;
        }
    }

    private static Exception? Observe(ResourceManager manager, bool checksLimits, CancellationToken finished)
    {
        try
        {
            while (!finished.IsCancellationRequested)
                Check(manager.TakeSnapshot().Scopes, checksLimits);
            return null;
        }
        catch (Exception e)
        {
            return e;
        }
    }

    private static void Check(IReadOnlyList<ScopeReport> scopes, bool checksLimits)
    {
        foreach (ScopeReport scope in scopes)
        {
            ScopeUsage use = scope.Use;
            Assert.True(
                Math.Min(Math.Min(use.StreamsInbound, use.StreamsOutbound), Math.Min(use.ConnectionsInbound, use.ConnectionsOutbound)) >= 0
                && use.FileDescriptors >= 0 && use.Memory >= 0,
                $"{scope.Name} is negative: {use}");
            Assert.True(!checksLimits || IsWithin(use, scope.Limits), $"{scope.Name} exceeds its limits: {use}");
        }

        ScopeUsage system = scopes[0].Use;
        ScopeUsage transient = scopes[1].Use;
        ScopeUsage peers = Sum(scopes, ScopeKind.Peer);
        ScopeUsage protocols = Sum(scopes, ScopeKind.Protocol);
        Assert.Equal(system.StreamsInbound, peers.StreamsInbound);
        Assert.Equal(system.StreamsOutbound, peers.StreamsOutbound);
        Assert.Equal(system.StreamsInbound, protocols.StreamsInbound + transient.StreamsInbound);
        Assert.Equal(system.StreamsOutbound, protocols.StreamsOutbound + transient.StreamsOutbound);
        Assert.Equal(system.ConnectionsInbound, peers.ConnectionsInbound + transient.ConnectionsInbound);
        Assert.Equal(system.ConnectionsOutbound, peers.ConnectionsOutbound + transient.ConnectionsOutbound);
        Assert.Equal(system.FileDescriptors, peers.FileDescriptors + transient.FileDescriptors);
        Assert.True(system.Memory >= peers.Memory && system.Memory >= transient.Memory && system.Memory >= protocols.Memory);
        foreach (ScopeKind kind in (ReadOnlySpan<ScopeKind>)[ScopeKind.Protocol, ScopeKind.Service])
        {
            ScopeUsage groups = Sum(scopes, kind);
            ScopeUsage shares = Sum(scopes, kind == ScopeKind.Protocol ? ScopeKind.ProtocolPeer : ScopeKind.ServicePeer);
            Assert.Equal(groups with { Memory = 0 }, shares with { Memory = 0 });
            Assert.True(groups.Memory >= shares.Memory);
        }
    }

    private static ScopeUsage Sum(IReadOnlyList<ScopeReport> scopes, ScopeKind kind)
    {
        ScopeUsage sum = default;
        foreach (ScopeReport scope in scopes.Where(scope => scope.Kind == kind))
        {
            sum = new(
                sum.StreamsInbound + scope.Use.StreamsInbound,
                sum.StreamsOutbound + scope.Use.StreamsOutbound,
                sum.ConnectionsInbound + scope.Use.ConnectionsInbound,
                sum.ConnectionsOutbound + scope.Use.ConnectionsOutbound,
                sum.FileDescriptors + scope.Use.FileDescriptors,
                sum.Memory + scope.Use.Memory);
        }

        return sum;
    }

    private static bool IsWithin(in ScopeUsage use, ResourceLimits limits) =>
        use.StreamsInbound <= limits.StreamsInbound && use.StreamsOutbound <= limits.StreamsOutbound
        && use.StreamsInbound + use.StreamsOutbound <= limits.Streams
        && use.ConnectionsInbound <= limits.ConnectionsInbound && use.ConnectionsOutbound <= limits.ConnectionsOutbound
        && use.ConnectionsInbound + use.ConnectionsOutbound <= limits.Connections
        && use.FileDescriptors <= limits.FileDescriptors && use.Memory <= limits.Memory;

    /// <summary>Nothing is left over: the transient scope takes exactly as much as its limit says.</summary>
    private static void AssertFillsExactly(ResourceManager manager)
    {
        manager.System.Limits = Small;
        manager.Transient.Limits = Limits.Transient;
        List<ConnectionScope> opened = [];
        while (manager.TryOpenConnection((Direction)(opened.Count & 1), usesFileDescriptor: false, null, out ConnectionScope? connection, out _))
            opened.Add(connection);
        Assert.Equal(Limits.Transient.Connections, opened.Count);
        Assert.True(manager.Transient.TryReserveMemory(Limits.Transient.Memory, MemoryPriority.Always, out _));
        Assert.False(manager.Transient.TryReserveMemory(1, MemoryPriority.Always, out _));
    }

    /// <summary>What the threads share. A slot may be replaced, disposed twice, or used while another thread disposes it.</summary>
    private sealed class Pool(ResourceManager manager)
    {
        private readonly ConnectionScope?[] _connections = new ConnectionScope?[8];
        private readonly StreamScope?[] _streams = new StreamScope?[10];
        private readonly SpanScope?[] _spans = new SpanScope?[10];

        public void Step(Random random, bool replacesLimits)
        {
            int slot = random.Next(8);
            ConnectionScope? connection = Volatile.Read(ref _connections[slot]);
            StreamScope? stream = Volatile.Read(ref _streams[random.Next(10)]);
            SpanScope? span = Volatile.Read(ref _spans[random.Next(10)]);
            ResourceScope? any = random.Next(3) switch { 0 => connection, 1 => stream, _ => span };
            PeerKey peer = Peers[random.Next(Peers.Length)];
            string group = Groups[random.Next(Groups.Length)];
            switch (random.Next(14))
            {
                case 0 or 1 when manager.TryOpenConnection((Direction)random.Next(2), random.Next(2) == 0, null, out ConnectionScope? opened, out _):
                    Interlocked.Exchange(ref _connections[slot], opened)?.Dispose();
                    break;
                case 2 or 3 when manager.TryOpenStream(peer, (Direction)random.Next(2), out StreamScope? opened, out _):
                    Interlocked.Exchange(ref _streams[random.Next(10)], opened)?.Dispose();
                    break;
                case 4:
                    connection?.TrySetPeer(peer, out _);
                    break;
                case 5:
                    stream?.TrySetProtocol(group, out _);
                    break;
                case 6:
                    stream?.TrySetService(group, out _);
                    break;
                case 7 when any is not null && any.TryReserveMemory(random.Next(400), (byte)random.Next(256), out _):
                    break;
                case 8 when any is not null && any.TryBeginSpan(out SpanScope? begun, out _):
                    begun.TryReserveMemory(random.Next(200), MemoryPriority.Always, out _);
                    Interlocked.Exchange(ref _spans[random.Next(10)], begun)?.Dispose();
                    break;
                case 9:
                    connection?.Dispose();
                    break;
                case 10:
                    stream?.Dispose();
                    break;
                case 11:
                    span?.Dispose();
                    break;
                case 12:
                    UseView(random, peer, group);
                    break;
                case 13 when replacesLimits:
                    ResourceScope scope = any ?? manager.Transient;
                    scope.Limits = Small with { Streams = random.Next(12), Memory = random.Next(4_000) };
                    manager.System.Limits = Small with { Connections = random.Next(10) };
                    break;
            }
        }

        public void DisposeAll()
        {
            foreach (IDisposable? scope in (IEnumerable<IDisposable?>)[.. _spans, .. _connections, .. _streams])
            {
                scope?.Dispose();
                scope?.Dispose();
            }
        }

        private void UseView(Random random, PeerKey peer, string group)
        {
            using ScopeView view = random.Next(3) switch
            {
                0 => manager.ViewPeer(peer),
                1 => manager.ViewProtocol(group),
                _ => manager.ViewService(group),
            };
            long size = random.Next(300);
            if (view.Scope.TryReserveMemory(size, MemoryPriority.High, out _))
                view.Scope.ReleaseMemory(size);
        }
    }
}
