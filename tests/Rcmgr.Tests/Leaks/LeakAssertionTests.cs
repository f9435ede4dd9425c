using Microsoft.Extensions.Time.Testing;
using Rcmgr.Testing;
using static Rcmgr.Tests.Accounting.TestManagers;

namespace Rcmgr.Tests.Leaks;

public sealed class LeakAssertionTests
{
    [Fact]
    public void Nothing_left_passes()
    {
        using ResourceManager manager = Create(tracks: true);
        manager.OpenStream(Alice, Direction.Inbound).Dispose();

        manager.AssertNothingLeft();
    }

    [Fact]
    public void What_is_left_is_named()
    {
        using ResourceManager manager = Create(tracks: true);
        using StreamScope stream = manager.OpenStream(Alice, Direction.Inbound);
        stream.ReserveMemory(10);
        stream.ReleaseMemory(11);

        string message = Assert.Throws<LeakException>(manager.AssertNothingLeft).Message;

        Assert.Contains("- stream-1 of peer alice", message, StringComparison.Ordinal);
        Assert.Contains(nameof(What_is_left_is_named), message, StringComparison.Ordinal);
        Assert.Contains("- 1 inbound streams in the scope system", message, StringComparison.Ordinal);
        Assert.Contains("- 1 releases of something that was not held", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_view_that_is_left_is_named_though_another_of_the_same_scope_was_there_before()
    {
        FakeTimeProvider clock = new();
        using ResourceManager manager = new(
            new ResourceManagerOptions { Limits = Infinite, LeakTracking = new LeakTrackingOptions(), TimeProvider = clock });
        using ScopeView before = manager.ViewPeer(Alice);
        LeakAssertion assertion = new(manager);
        using ScopeView left = manager.ViewPeer(Alice);

        string message = Assert.Throws<LeakException>(assertion.Dispose).Message;

        Assert.Equal(2, message.Split("view of peer:alice").Length);
    }

    [Fact]
    public void Without_tracking_the_amounts_are_told()
    {
        using ResourceManager manager = Create(tracks: false);
        manager.System.ReserveMemory(123);

        Assert.Contains(
            "- 123 bytes of memory in the scope system", Assert.Throws<LeakException>(manager.AssertNothingLeft).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Patience_waits_for_the_last_release()
    {
        CancellationToken ct = TestContext.Current.CancellationToken;
        using ResourceManager manager = Create(tracks: true);
        StreamScope stream = manager.OpenStream(Alice, Direction.Inbound);

        Task asserting = manager.AssertNothingLeftAsync(TimeSpan.FromMinutes(1), cancellationToken: ct);
        Assert.False(asserting.IsCompleted);
        stream.Dispose();
        await asserting;

        using StreamScope left = manager.OpenStream(Alice, Direction.Inbound);
        await Assert.ThrowsAsync<LeakException>(() => manager.AssertNothingLeftAsync(TimeSpan.Zero, cancellationToken: ct));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Only_what_a_piece_of_code_adds_counts(bool tracks)
    {
        using ResourceManager manager = Create(tracks);
        using StreamScope before = manager.OpenStream(Alice, Direction.Inbound);

        using (new LeakAssertion(manager))
            manager.OpenStream(Bob, Direction.Inbound).Dispose();

        LeakAssertion assertion = new(manager);
        using StreamScope left = manager.OpenStream(Bob, Direction.Outbound);
        string message = Assert.Throws<LeakException>(assertion.Dispose).Message;
        assertion.Dispose();

        Assert.Contains("- 1 outbound streams in the scope system", message, StringComparison.Ordinal);
        Assert.Equal(tracks, message.Contains("- stream-3 of peer bob", StringComparison.Ordinal));
        Assert.DoesNotContain("alice", message, StringComparison.Ordinal);
    }

    private static ResourceManager Create(bool tracks) =>
        new(new ResourceManagerOptions { Limits = Infinite, LeakTracking = tracks ? new LeakTrackingOptions() : null });
}
