using Rcmgr.Testing;

namespace Rcmgr.Tests.Examples;

public sealed class LeaksExample
{
    [Fact]
    public void A_forgotten_stream_is_named_with_the_line_that_opened_it()
    {
        List<string> log = [];
        ResourceManagerLimits limits = ResourceManagerLimits.Infinite;
        PeerKey peer = new("12D3KooWLwcXVpi5w8ZrB9wVfBhruGETCTTUqhcuHe3T3bELG9ZU");

        using ResourceManager manager = new(new ResourceManagerOptions
        {
            Limits = limits,
            LeakTracking = new LeakTrackingOptions(),
        });
        StreamScope stream = manager.OpenStream(peer, Direction.Inbound);

        foreach (ScopeLeak leak in manager.FindLeaks(olderThan: TimeSpan.Zero).Scopes)
            log.Add(leak.ToString());

        stream.Dispose();
        Assert.Contains(nameof(LeaksExample), Assert.Single(log), StringComparison.Ordinal);
    }

    [Fact]
    public void A_test_asserts_that_nothing_is_left()
    {
        using ResourceManager manager = new(new ResourceManagerOptions
        {
            Limits = ResourceManagerLimits.Infinite,
            LeakTracking = new LeakTrackingOptions(),
        });
        PeerKey peer = new("alice");

        using (new LeakAssertion(manager))
        {
            using StreamScope stream = manager.OpenStream(peer, Direction.Inbound);
        }

        manager.AssertNothingLeft();
    }
}
