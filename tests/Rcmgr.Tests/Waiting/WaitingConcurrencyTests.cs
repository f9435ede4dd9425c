using CsCheck;
using static Rcmgr.Tests.Accounting.TestManagers;

namespace Rcmgr.Tests.Waiting;

/// <summary>Many tasks wait, release, give up and time out at once. A lost wake-up shows as a round that does not end.</summary>
public sealed class WaitingConcurrencyTests
{
    private const int Tasks = 24;
    private const int StepsPerTask = 120;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly WaitOptions Forever = new(Timeout.InfiniteTimeSpan);
    private static readonly PeerKey[] Peers = [Alice, Bob, new("carol")];

    [Fact]
    public void Every_release_reaches_somebody_and_no_limit_is_exceeded() =>
        Gen.Int[0, int.MaxValue - Tasks].Sample(seed => RunRound(seed, cancels: false), iter: 6, threads: 1);

    [Fact]
    public void Whoever_gives_up_takes_no_place_with_him() =>
        Gen.Int[0, int.MaxValue - Tasks].Sample(seed => RunRound(seed, cancels: true), iter: 6, threads: 1);

    private static void RunRound(int seed, bool cancels)
    {
        using ResourceManager manager = new(new ResourceManagerOptions
        {
            Limits = Infinite with
            {
                System = All with { ConnectionsOutbound = 3, Streams = 4, Memory = 1_100 },
                PeerDefault = All with { Streams = 2 },
            },
            Waiting = new WaitingOptions { MaxWaiters = Tasks, MaxWaitersPerPeer = Tasks },
        });

        Task[] tasks = [.. Enumerable.Range(0, Tasks).Select(index => Task.Run(() => WorkAsync(manager, new Random(seed + index), cancels)))];

        Assert.True(Task.WaitAll(tasks, Patience), $"Somebody still waits; seed {seed}, {manager.System.Usage}");
        Assert.Equal(0, manager.AccountingFaults);
        Assert.Empty(manager.GetRefusalCounts());
        Assert.Null(manager.Engine.CapacityListener);
        manager.AssertEmpty();
    }

    private static async Task WorkAsync(ResourceManager manager, Random random, bool cancels)
    {
        for (int i = 0; i < StepsPerTask; i++)
        {
            using CancellationTokenSource cancelling = new();
            if (cancels && random.Next(3) == 0)
                cancelling.CancelAfter(TimeSpan.FromMicroseconds(random.Next(300)));
            try
            {
                await StepAsync(manager, random, cancelling.Token);
            }
            catch (OperationCanceledException) when (cancels)
            {
            }
        }
    }

    private static async Task StepAsync(ResourceManager manager, Random random, CancellationToken cancellationToken)
    {
        WaitOptions wait = Forever with { Priority = (byte)random.Next(3), Peer = random.GetItems(Peers, 1)[0] };
        switch (random.Next(3))
        {
            case 0:
                using (await manager.OpenConnectionAsync(Direction.Outbound, random.Next(2) == 0, null, wait, cancellationToken))
                    await PauseAsync(random);
                break;
            case 1:
                using (StreamScope stream = await manager.OpenStreamAsync(wait.Peer!, Direction.Outbound, wait, cancellationToken))
                    await PauseAsync(random);
                break;
            default:
                using (await manager.Transient.RentMemoryAsync(random.Next(1, 513), MemoryPriority.Always, wait, cancellationToken))
                    await PauseAsync(random);
                break;
        }
    }

    private static async Task PauseAsync(Random random)
    {
        for (int i = random.Next(3); i > 0; i--)
            await Task.Yield();
    }
}
