using System.Net;
using Microsoft.Extensions.Time.Testing;

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

    [Fact]
    public void A_connection_is_explained_with_the_limits_of_its_address()
    {
        List<string> log = [];
        using ResourceManager manager = new(new ResourceManagerOptions { Limits = ResourceManagerLimits.Infinite, TimeProvider = new FakeTimeProvider() });
        IPAddress remote = IPAddress.Parse("192.0.2.7");
        for (int i = 0; i < 3; i++)
            manager.OpenConnection(Direction.Inbound, usesFileDescriptor: true, remote);

        Explanation knocking = manager.Explain(ResourceOperation.OpenConnection(Direction.Inbound, usesFileDescriptor: true, remote));
        foreach (ExplainedAddressLimit limit in knocking.Addresses)
            log.Add(limit.ToString());
        // address:192.0.2.7/32: token 3 + 1 of 16 (18.8 %), 0.2 a second, next in 5 s
        // address:192.0.2.7/32: connection 3 + 1 of 8 (37.5 %)

        Assert.Equal(
            [
                "address:192.0.2.7/32: token 3 + 1 of 16 (18.8 %), 0.2 a second, next in 5 s",
                "address:192.0.2.7/32: connection 3 + 1 of 8 (37.5 %)",
            ],
            log);
    }
}
