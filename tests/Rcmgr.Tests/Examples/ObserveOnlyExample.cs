namespace Rcmgr.Tests.Examples;

public sealed class ObserveOnlyExample
{
    [Fact]
    public void Limits_are_tried_before_they_bind()
    {
        List<string> log = [];
        ResourceManagerLimits limits = ResourceManagerLimits.Infinite with
        {
            PeerDefault = ResourceLimits.AllowAll with { Streams = 1 },
        };
        PeerKey peer = new("12D3KooWLwcXVpi5w8ZrB9wVfBhruGETCTTUqhcuHe3T3bELG9ZU");

        using ResourceManager manager = new(new ResourceManagerOptions { Limits = limits, ObserveOnly = true });

        using StreamScope first = manager.OpenStream(peer, Direction.Inbound);
        using StreamScope second = manager.OpenStream(peer, Direction.Inbound);

        foreach (RefusalCount would in manager.GetRefusalCounts())
            log.Add($"{would.Scope} would have refused {would.Count} times: {would.Resource}");

        Assert.Equal(["Peer would have refused 1 times: Streams"], log);
    }
}
