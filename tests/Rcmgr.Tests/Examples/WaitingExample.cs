namespace Rcmgr.Tests.Examples;

public sealed class WaitingExample
{
    [Fact]
    public async Task A_stream_waits_for_its_turn()
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        List<string> log = [];
        ResourceManagerLimits limits = ResourceManagerLimits.Infinite with
        {
            PeerDefault = ResourceLimits.AllowAll with { StreamsOutbound = 1 },
        };
        PeerKey peer = new("12D3KooWLwcXVpi5w8ZrB9wVfBhruGETCTTUqhcuHe3T3bELG9ZU");

        using ResourceManager manager = new(new ResourceManagerOptions
        {
            Limits = limits,
            Waiting = new WaitingOptions { MaxWaiters = 256, MaxWaitersPerPeer = 16 },
        });
        StreamScope first = manager.OpenStream(peer, Direction.Outbound);

        WaitOptions wait = new(TimeSpan.FromSeconds(10)) { Priority = 200 };
        ValueTask<StreamScope> opening = manager.OpenStreamAsync(peer, Direction.Outbound, wait, cancellationToken);
        first.Dispose();
        try
        {
            using StreamScope stream = await opening;
            await stream.ReserveMemoryAsync(64 * 1024, MemoryPriority.Medium, wait, cancellationToken);
        }
        catch (ResourceLimitExceededException e)
        {
            log.Add(e.Refusal.ToString());
        }

        Assert.Empty(log);
        Assert.True(manager.System.Usage.IsZero);
    }
}
