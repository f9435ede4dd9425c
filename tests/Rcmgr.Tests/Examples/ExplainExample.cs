namespace Rcmgr.Tests.Examples;

public sealed class ExplainExample
{
    [Fact]
    public void A_stream_is_explained_before_it_is_opened()
    {
        List<string> log = [];
        using ResourceManager manager = new(ResourceManagerLimits.Infinite with { ServiceDefault = ResourceLimits.BlockAll });
        PeerKey peer = new("12D3KooWLwcXVpi5w8ZrB9wVfBhruGETCTTUqhcuHe3T3bELG9ZU");

        Explanation explanation = manager.Explain(ResourceOperation.OpenStream(peer, Direction.Inbound, "/ipfs/kad/1.0.0", "dht"));

        foreach (ExplainedScope scope in explanation.Scopes)
        {
            foreach (ExplainedLimit check in scope.Checks)
                log.Add($"{scope.Name}: {check.Current} + {check.Requested} of {check.Allowed} ({check.PercentFull:0} %)");
        }

        if (!explanation.IsAdmitted)
            log.Add(explanation.Refusal.ToString());

        Assert.Equal(17, log.Count);
        Assert.Equal("service:dht", explanation.Refusal.ScopeName);
    }
}
