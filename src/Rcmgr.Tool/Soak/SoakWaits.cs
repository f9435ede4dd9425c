namespace Rcmgr.Tool.Soak;

/// <summary>Operations of one thread that wait for room, a few at a time.</summary>
internal sealed class SoakWaits(ResourceManager manager, ScopePool pool, Random random)
{
    private const int Most = 8;
    private const int MostPatience = 20;

    private readonly List<Task> _waiting = [];

    /// <returns>How many operations that were.</returns>
    public int Begin()
    {
        _waiting.RemoveAll(static wait => wait.IsCompletedSuccessfully);
        if (_waiting.Count == Most)
            return 0;
        TimeSpan patience = TimeSpan.FromMilliseconds(random.Next(MostPatience));
        WaitOptions wait = new(patience) { Priority = (byte)random.Next(256) };
        PeerKey peer = SoakPeers.Shared[random.Next(SoakPeers.Shared.Length)];
        _waiting.Add(random.Next(3) switch
        {
            0 => WaitForConnectionAsync(wait with { Peer = peer }, patience),
            1 => WaitForStreamAsync(peer, wait),
            _ => WaitForMemoryAsync(wait),
        });
        return 1;
    }

    public Task FinishAsync() => Task.WhenAll(_waiting);

    /// <summary>May be cancelled at about the time at which it would be refused.</summary>
    private async Task WaitForConnectionAsync(WaitOptions wait, TimeSpan patience)
    {
        using CancellationTokenSource cancellation = new(patience);
        try
        {
            using ConnectionScope connection =
                await manager.OpenConnectionAsync(Direction.Outbound, usesFileDescriptor: true, SoakLimits.Addresses[1], wait, cancellation.Token);
        }
        catch (Exception e) when (e is ResourceLimitExceededException or OperationCanceledException)
        {
            // Both are as they should be.
        }
    }

    private async Task WaitForStreamAsync(PeerKey peer, WaitOptions wait)
    {
        try
        {
            using StreamScope stream = await manager.OpenStreamAsync(peer, Direction.Outbound, wait);
        }
        catch (ResourceLimitExceededException)
        {
            // Nobody made room in time.
        }
    }

    private async Task WaitForMemoryAsync(WaitOptions wait)
    {
        if (pool.AnyScope(random) is not { } scope)
            return;
        try
        {
            using IDisposable buffer = await scope.RentMemoryAsync(random.Next(4096), MemoryPriority.High, wait);
        }
        catch (Exception e) when (e is ResourceLimitExceededException or ScopeClosedException)
        {
            // Nobody made room in time, or somebody disposed the scope.
        }
    }
}
