using Rcmgr.Libp2p.Identity;

namespace Rcmgr.Libp2p.Connections;

/// <summary>
/// Says which connections to close when there are more than a host likes to have; closing them is its owner's work. Above the high
/// watermark it names enough to get down to the low one, and never those of protected peers or in their grace period. Of the rest it
/// names first what has no streams, then what the remote opened, then the newest: a peer that has stayed long has shown its worth, and
/// a flood of newcomers displaces itself. Safe for use from many threads.
/// </summary>
internal sealed class ConnectionManager
{
    private readonly Lock _gate = new();
    private readonly Dictionary<long, Connection> _connections = [];
    private readonly ProtectedPeers _protected = new();
    private readonly ConnectionManagerOptions _options;
    private readonly TimeProvider _time;
    private long? _lastTrim;
    private int _leaving;

    /// <exception cref="ArgumentOutOfRangeException">A mark or a time is negative, or the low mark is above the high one.</exception>
    public ConnectionManager(ConnectionManagerOptions options, TimeProvider time)
    {
        options.Validate();
        _options = options;
        _time = time;
    }

    /// <summary>The connections that are open and not named for closing.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
                return _connections.Count - _leaving;
        }
    }

    /// <summary>A connection is ready for use. Its grace period begins.</summary>
    /// <exception cref="ArgumentException">The connection is known already.</exception>
    public void Opened(long connectionId, PeerId peer, bool isInbound)
    {
        lock (_gate)
            _connections.Add(connectionId, new Connection(connectionId, peer, isInbound, _time.GetTimestamp()));
    }

    /// <summary>A connection is over. Does nothing for one that is not known.</summary>
    public void Closed(long connectionId)
    {
        lock (_gate)
        {
            if (_connections.Remove(connectionId, out Connection? connection) && connection.IsLeaving)
                _leaving--;
        }
    }

    /// <summary>A stream was opened on a connection, by either side.</summary>
    public void StreamOpened(long connectionId) => CountStreams(connectionId, 1);

    /// <summary>A stream of a connection has ended.</summary>
    public void StreamClosed(long connectionId) => CountStreams(connectionId, -1);

    /// <summary>Keeps a peer's connections for the reason <paramref name="tag"/>; every tag must be taken off again.</summary>
    public void Protect(PeerId peer, string tag)
    {
        lock (_gate)
            _protected.Add(peer, tag);
    }

    /// <summary>Takes one reason off; true while the peer is still protected for another.</summary>
    public bool Unprotect(PeerId peer, string tag)
    {
        lock (_gate)
            return _protected.Remove(peer, tag);
    }

    /// <summary>Whether a peer is protected for any reason.</summary>
    public bool IsProtected(PeerId peer)
    {
        lock (_gate)
            return _protected.Contains(peer);
    }

    /// <summary>
    /// The connections to close now, in that order; most often none. Each is named once and counts as gone from then on. Ask after
    /// every <see cref="Opened"/>, and from time to time, since a grace period may have ended.
    /// </summary>
    public IReadOnlyList<long> SelectForTrim()
    {
        lock (_gate)
        {
            long now = _time.GetTimestamp();
            int count = _connections.Count - _leaving;
            if (count <= _options.HighWatermark || (_lastTrim is { } last && _time.GetElapsedTime(last, now) < _options.SilencePeriod))
                return [];
            List<Connection> victims = [.. InOrderOfValue(now).Take(count - _options.LowWatermark)];
            if (victims.Count > 0)
                _lastTrim = now;
            victims.ForEach(static victim => victim.IsLeaving = true);
            _leaving += victims.Count;
            return [.. victims.Select(static victim => victim.Id)];
        }
    }

    /// <summary>What may be closed, the least worth keeping first.</summary>
    private IEnumerable<Connection> InOrderOfValue(long now) => _connections.Values
        .Where(connection => !connection.IsLeaving
            && !_protected.Contains(connection.Peer)
            && _time.GetElapsedTime(connection.OpenedAt, now) >= _options.GracePeriod)
        .OrderBy(static connection => connection.Streams > 0)
        .ThenBy(static connection => !connection.IsInbound)
        .ThenByDescending(static connection => connection.OpenedAt)
        .ThenByDescending(static connection => connection.Id);

    private void CountStreams(long connectionId, int change)
    {
        lock (_gate)
        {
            if (_connections.TryGetValue(connectionId, out Connection? connection))
                connection.Streams += change;
        }
    }

    private sealed class Connection(long id, PeerId peer, bool isInbound, long openedAt)
    {
        public long Id => id;

        public PeerId Peer => peer;

        public bool IsInbound => isInbound;

        public long OpenedAt => openedAt;

        public int Streams { get; set; }

        public bool IsLeaving { get; set; }
    }
}
