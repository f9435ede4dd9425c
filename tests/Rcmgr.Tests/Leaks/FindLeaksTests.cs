using System.Net;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Time.Testing;
using static Rcmgr.Tests.Accounting.TestManagers;

namespace Rcmgr.Tests.Leaks;

public sealed class FindLeaksTests
{
    private readonly FakeTimeProvider _clock = new();

    [Fact]
    public void An_open_scope_is_named_with_its_age_its_use_and_who_opened_it()
    {
        ResourceManager manager = Create(new LeakTrackingOptions());
        using StreamScope stream = manager.OpenStream(Alice, Direction.Inbound);
        stream.ReserveMemory(100);
        _clock.Advance(TimeSpan.FromSeconds(7));

        ScopeLeak leak = Assert.Single(manager.FindLeaks().Scopes);

        Assert.Equal((ScopeKind.Stream, "stream-1", Alice), (leak.Kind, leak.Name, leak.Peer));
        Assert.Equal(TimeSpan.FromSeconds(7), leak.Age);
        Assert.Equal(_clock.Start, leak.OpenedAt);
        Assert.Equal(Streams(1, memory: 100), leak.Use);
        Assert.False(leak.IsCollected);
        Assert.StartsWith(
            $"at {typeof(FindLeaksTests).FullName}.{nameof(An_open_scope_is_named_with_its_age_its_use_and_who_opened_it)}",
            leak.OpenedBy.TrimStart(),
            StringComparison.Ordinal);
        Assert.Contains("FindLeaksTests.cs:line", leak.OpenedBy, StringComparison.Ordinal);
        Assert.StartsWith("stream-1 of peer alice, open for 7 s, holds 100 bytes, opened by", leak.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Connections_streams_and_spans_are_found_oldest_first_and_closed_ones_are_not()
    {
        ResourceManager manager = Create(new LeakTrackingOptions());
        using ConnectionScope connection = manager.OpenConnection(Direction.Inbound, usesFileDescriptor: true, IPAddress.Parse("192.0.2.1"));
        StreamScope closed = manager.OpenStream(Alice, Direction.Inbound);
        using SpanScope span = connection.BeginSpan();
        using StreamScope stream = manager.OpenStream(Bob, Direction.Outbound);
        connection.SetPeer(Bob);
        closed.Dispose();
        closed.Dispose();

        IReadOnlyList<ScopeLeak> leaks = manager.FindLeaks().Scopes;

        Assert.Equal(["conn-1", "conn-1.span-1", "stream-2"], leaks.Select(leak => leak.Name));
        Assert.Equal([Bob, Bob, Bob], leaks.Select(leak => leak.Peer));
        Assert.Equal(IPAddress.Parse("192.0.2.1"), leaks[0].RemoteAddress);
        Assert.Equal(Connections(1, descriptors: 1), leaks[0].Use);
    }

    [Fact]
    public void A_view_that_is_never_disposed_keeps_its_scope_in_being_and_is_named()
    {
        ResourceManager manager = Create(new LeakTrackingOptions());
        ScopeView[] views = [manager.ViewPeer(Alice), manager.ViewProtocol("/x"), manager.ViewService("s")];
        _clock.Advance(TimeSpan.FromSeconds(3));

        IReadOnlyList<ScopeLeak> leaks = manager.FindLeaks().Scopes;

        Assert.Equal(["peer:alice", "protocol:/x", "service:s"], leaks.Select(leak => leak.Name));
        Assert.Equal([Alice, null, null], leaks.Select(leak => leak.Peer));
        Assert.All(leaks, leak => Assert.True(leak.IsView && leak.Use.IsZero && !leak.IsCollected));
        Assert.StartsWith("view of peer:alice, open for 3 s, opened by", leaks[0].ToString(), StringComparison.Ordinal);
        Assert.Contains(manager.TakeSnapshot().Scopes, scope => scope.Kind == ScopeKind.Peer);

        foreach (ScopeView view in views)
        {
            view.Dispose();
            view.Dispose();
        }

        Assert.Empty(manager.FindLeaks().Scopes);
        Assert.DoesNotContain(manager.TakeSnapshot().Scopes, scope => scope.Kind == ScopeKind.Peer);
    }

    [Fact]
    public void A_view_that_was_collected_undisposed_is_found_at_any_age()
    {
        ResourceManager manager = Create(new LeakTrackingOptions());
        LoseView(manager);
        GC.Collect();
        GC.WaitForPendingFinalizers();

        ScopeLeak leak = Assert.Single(manager.FindLeaks(TimeSpan.FromHours(1)).Scopes);

        Assert.True(leak.IsCollected && leak.IsView);
        Assert.Contains(nameof(LoseView), leak.OpenedBy, StringComparison.Ordinal);
    }

    [Fact]
    public void A_manager_that_only_observes_names_views_too()
    {
        ResourceManager manager = new(new ResourceManagerOptions { Limits = Infinite, ObserveOnly = true, LeakTracking = new LeakTrackingOptions() });
        ScopeView view = manager.ViewPeer(Alice);
        Assert.Single(manager.FindLeaks().Scopes);

        view.Dispose();

        Assert.Empty(manager.FindLeaks().Scopes);
    }

    [Fact]
    public void Younger_scopes_are_left_out()
    {
        ResourceManager manager = Create(new LeakTrackingOptions());
        using StreamScope old = manager.OpenStream(Alice, Direction.Inbound);
        _clock.Advance(TimeSpan.FromMinutes(1));
        using StreamScope young = manager.OpenStream(Alice, Direction.Inbound);
        _clock.Advance(TimeSpan.FromSeconds(59));

        Assert.Equal(["stream-1"], manager.FindLeaks(TimeSpan.FromMinutes(1)).Scopes.Select(leak => leak.Name));
    }

    [Fact]
    public void A_scope_that_was_collected_undisposed_is_found_at_any_age()
    {
        ResourceManager manager = Create(new LeakTrackingOptions());
        LoseStream(manager);
        GC.Collect();
        GC.WaitForPendingFinalizers();

        ScopeLeak leak = Assert.Single(manager.FindLeaks(TimeSpan.FromHours(1)).Scopes);

        Assert.True(leak.IsCollected);
        Assert.Equal("stream-1", leak.Name);
        Assert.Equal(Streams(1), leak.Use);
        Assert.Contains(nameof(LoseStream), leak.OpenedBy, StringComparison.Ordinal);
    }

    [Fact]
    public void A_connection_that_the_manager_closed_itself_is_no_leak()
    {
        Allowlist allowlist = new();
        allowlist.Add(new AllowlistEntry(IPNetwork.Parse("192.0.2.0/24"), Alice));
        using ResourceManager manager = new(new ResourceManagerOptions
        {
            Limits = Infinite with { System = All with { Connections = 0 } },
            Allowlist = allowlist,
            LeakTracking = new LeakTrackingOptions(),
        });
        ConnectionScope connection = manager.OpenConnection(Direction.Inbound, usesFileDescriptor: true, IPAddress.Parse("192.0.2.1"));

        Assert.False(connection.TrySetPeer(Bob, out _));

        Assert.Empty(manager.FindLeaks().Scopes);
    }

    [Fact]
    public void What_is_remembered_is_bounded()
    {
        ResourceManager manager = Create(new LeakTrackingOptions { MaxScopes = 2, MaxStackFrames = 0 });
        StreamScope[] streams = [.. Enumerable.Range(0, 5).Select(_ => manager.OpenStream(Alice, Direction.Inbound))];

        LeakReport report = manager.FindLeaks();
        Assert.Equal(["stream-1", "stream-2"], report.Scopes.Select(leak => leak.Name));
        Assert.All(report.Scopes, leak => Assert.Empty(leak.OpenedBy));
        Assert.Equal(3, report.NotTracked);

        foreach (StreamScope stream in streams)
            stream.Dispose();
        using StreamScope later = manager.OpenStream(Alice, Direction.Inbound);
        Assert.Equal(["stream-6"], manager.FindLeaks().Scopes.Select(leak => leak.Name));
    }

    [Fact]
    public void A_stack_is_cut_to_the_frames_that_were_asked_for()
    {
        ResourceManager manager = Create(new LeakTrackingOptions { MaxStackFrames = 1 });
        using StreamScope stream = manager.OpenStream(Alice, Direction.Inbound);

        Assert.DoesNotContain(Environment.NewLine, Assert.Single(manager.FindLeaks().Scopes).OpenedBy, StringComparison.Ordinal);
    }

    [Fact]
    public void Many_threads_that_close_all_they_open_leave_nothing()
    {
        ResourceManager manager = Create(new LeakTrackingOptions { MaxStackFrames = 0 });

        Parallel.For(0, 4, index =>
        {
            PeerKey peer = new($"peer-{index}");
            for (int i = 0; i < 500; i++)
            {
                using StreamScope stream = manager.OpenStream(peer, Direction.Inbound);
                using SpanScope span = stream.BeginSpan();
                _ = manager.FindLeaks().Scopes.Count;
            }
        });

        Assert.Empty(manager.FindLeaks().Scopes);
        Assert.Equal(0, manager.FindLeaks().NotTracked);
    }

    [Fact]
    public void Without_tracking_there_is_nothing_to_find()
    {
        using ResourceManager manager = new(Infinite);

        Assert.False(manager.TracksLeaks);
        Assert.Throws<InvalidOperationException>(() => manager.FindLeaks());
    }

    // What a method's own variables refer to may stay alive until it returns.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void LoseStream(ResourceManager manager) => manager.OpenStream(Alice, Direction.Inbound);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void LoseView(ResourceManager manager) => manager.ViewPeer(Alice);

    private ResourceManager Create(LeakTrackingOptions tracking) =>
        new(new ResourceManagerOptions { Limits = Infinite, LeakTracking = tracking, TimeProvider = _clock });
}
