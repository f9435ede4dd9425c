using Microsoft.Extensions.Time.Testing;
using Rcmgr.Libp2p.Connections;
using Rcmgr.Libp2p.Identity;

namespace Rcmgr.Libp2p.Tests.Connections;

public sealed class ConnectionManagerTests
{
    private static readonly PeerId Peer = NewPeer();

    private static readonly ConnectionManagerOptions Options = new()
    {
        LowWatermark = 2,
        HighWatermark = 4,
        GracePeriod = TimeSpan.FromSeconds(20),
        SilencePeriod = TimeSpan.FromSeconds(10),
    };

    private readonly FakeTimeProvider _time = new();
    private readonly ConnectionManager _manager;

    public ConnectionManagerTests() => _manager = new ConnectionManager(Options, _time);

    [Fact]
    public void Nothing_is_trimmed_up_to_the_high_watermark()
    {
        Open(1, 2, 3, 4);
        _time.Advance(TimeSpan.FromHours(1));
        Assert.Empty(_manager.SelectForTrim());
    }

    [Fact]
    public void Above_the_high_watermark_the_newest_are_trimmed_down_to_the_low_one()
    {
        Open(1, 2, 3, 4, 5);
        _time.Advance(Options.GracePeriod);
        Assert.Equal([5, 4, 3], _manager.SelectForTrim());
        Assert.Equal(2, _manager.Count);
    }

    [Fact]
    public void Connections_in_their_grace_period_are_kept()
    {
        Open(1, 2, 3);
        _time.Advance(Options.GracePeriod);
        Open(4, 5);
        Assert.Equal([3, 2, 1], _manager.SelectForTrim());
    }

    [Fact]
    public void When_all_are_in_their_grace_period_the_next_question_finds_them_grown_old()
    {
        Open(1, 2, 3, 4, 5);
        Assert.Empty(_manager.SelectForTrim());
        _time.Advance(Options.GracePeriod);
        Assert.Equal(3, _manager.SelectForTrim().Count);
    }

    [Fact]
    public void Idle_goes_before_busy_and_inbound_before_outbound()
    {
        Open(1);
        _manager.Opened(2, Peer, isInbound: false);
        Open(3, 4);
        _manager.Opened(5, Peer, isInbound: false);
        _manager.StreamOpened(4);
        _manager.StreamOpened(3);
        _manager.StreamOpened(3);
        _manager.StreamClosed(3);
        _time.Advance(Options.GracePeriod);
        Assert.Equal([1, 5, 2], _manager.SelectForTrim());
    }

    [Fact]
    public void A_connection_whose_streams_have_ended_is_idle_again()
    {
        Open(1, 2, 3, 4, 5);
        _manager.StreamOpened(5);
        _manager.StreamClosed(5);
        _time.Advance(Options.GracePeriod);
        Assert.Equal(5, _manager.SelectForTrim()[0]);
    }

    [Fact]
    public void Protected_peers_are_kept_until_their_last_tag_is_gone()
    {
        PeerId friend = NewPeer();
        _manager.Protect(friend, "a");
        _manager.Protect(friend, "b");
        for (long id = 1; id <= 5; id++)
            _manager.Opened(id, friend, isInbound: true);
        _time.Advance(Options.GracePeriod);
        Assert.Empty(_manager.SelectForTrim());
        Assert.True(_manager.Unprotect(friend, "a"));
        Assert.True(_manager.IsProtected(friend));
        Assert.Empty(_manager.SelectForTrim());
        Assert.False(_manager.Unprotect(friend, "b"));
        Assert.False(_manager.Unprotect(friend, "b"));
        Assert.Equal(3, _manager.SelectForTrim().Count);
    }

    [Fact]
    public void Each_connection_is_named_once_and_does_not_count_any_more()
    {
        Open(1, 2, 3, 4, 5);
        _time.Advance(Options.GracePeriod);
        IReadOnlyList<long> first = _manager.SelectForTrim();
        _time.Advance(Options.SilencePeriod);
        Assert.Empty(_manager.SelectForTrim());
        foreach (long id in first)
            _manager.Closed(id);
        Assert.Equal(2, _manager.Count);
    }

    [Fact]
    public void After_a_trimming_there_is_silence_for_a_while()
    {
        Open(1, 2, 3, 4, 5);
        _time.Advance(Options.GracePeriod);
        Assert.Equal(3, _manager.SelectForTrim().Count);
        ConnectionManagerOptions noGrace = Options with { GracePeriod = TimeSpan.Zero };
        ConnectionManager manager = new(noGrace, _time);
        for (long id = 1; id <= 5; id++)
            manager.Opened(id, Peer, isInbound: true);
        Assert.Equal(3, manager.SelectForTrim().Count);
        for (long id = 11; id <= 15; id++)
            manager.Opened(id, Peer, isInbound: true);
        Assert.Empty(manager.SelectForTrim());
        _time.Advance(Options.SilencePeriod);
        Assert.Equal(5, manager.SelectForTrim().Count);
    }

    [Fact]
    public void Unknown_connections_are_ignored()
    {
        _manager.Closed(1);
        _manager.StreamOpened(1);
        _manager.StreamClosed(1);
        Assert.Equal(0, _manager.Count);
    }

    [Fact]
    public void Marks_are_fitted_below_a_hard_limit()
    {
        ConnectionManagerOptions defaults = new();
        Assert.Same(defaults, defaults.FitTo(193));
        ConnectionManagerOptions fitted = defaults.FitTo(96);
        Assert.Equal(86, fitted.HighWatermark);
        Assert.Equal(72, fitted.LowWatermark);
        Assert.Same(defaults, defaults.FitTo(long.MaxValue));
        Assert.Equal(0, defaults.FitTo(0).HighWatermark);
    }

    [Fact]
    public void Impossible_options_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new ConnectionManager(Options with { HighWatermark = 1 }, _time));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ConnectionManager(Options with { LowWatermark = -1 }, _time));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ConnectionManager(Options with { GracePeriod = TimeSpan.FromTicks(-1) }, _time));
    }

    private static PeerId NewPeer()
    {
        using HostIdentity identity = HostIdentity.Generate();
        return identity.PeerId;
    }

    private void Open(params ReadOnlySpan<long> ids)
    {
        foreach (long id in ids)
            _manager.Opened(id, Peer, isInbound: true);
    }
}
