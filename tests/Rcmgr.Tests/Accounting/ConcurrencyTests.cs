using CsCheck;
using Rcmgr.Tool.Soak;
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
        ScopePool pool = new(manager, Peers, Groups, [null], streams: null);
        using CancellationTokenSource finished = new();
        Exception? failure = null;
        Thread observer = new(() => failure = Observe(manager, checksLimits: !replacesLimits, finished.Token));
        Exception?[] failures = new Exception?[Threads];
        Thread[] workers = [.. Enumerable.Range(0, Threads).Select(index => new Thread(() => failures[index] = Work(manager, pool, new Random(seed + index), replacesLimits)))];

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

    private static Exception? Work(ResourceManager manager, ScopePool pool, Random random, bool replacesLimits)
    {
        try
        {
            for (int i = 0; i < StepsPerThread; i++)
            {
                pool.Step(random);
                if (replacesLimits && random.Next(14) == 0)
                    ReplaceLimits(manager, pool, random);
            }

            return null;
        }
        catch (Exception e)
        {
            return e;
        }
    }

    private static void ReplaceLimits(ResourceManager manager, ScopePool pool, Random random)
    {
        (pool.AnyScope(random) ?? manager.Transient).Limits = Small with { Streams = random.Next(12), Memory = random.Next(4_000) };
        manager.System.Limits = Small with { Connections = random.Next(10) };
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
        Assert.Null(SnapshotCheck.FindFault(scopes));
        if (checksLimits)
            Assert.All(scopes, scope => Assert.True(SnapshotCheck.IsWithin(scope.Use, scope.Limits), $"{scope.Name} exceeds its limits: {scope.Use}"));
    }

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
}
