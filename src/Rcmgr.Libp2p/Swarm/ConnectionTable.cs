using System.Diagnostics.CodeAnalysis;
using Rcmgr.Libp2p.Identity;

namespace Rcmgr.Libp2p.Swarm;

/// <summary>The live connections by peer. A peer without one leaves nothing behind. Safe for use from many threads.</summary>
internal sealed class ConnectionTable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<PeerId, List<PeerConnection>> _byPeer = [];
    private bool _closed;

    public IReadOnlyList<PeerId> Peers
    {
        get
        {
            lock (_gate)
                return [.. _byPeer.Keys];
        }
    }

    public IReadOnlyList<PeerConnection> All
    {
        get
        {
            lock (_gate)
                return [.. _byPeer.Values.SelectMany(connections => connections)];
        }
    }

    /// <summary>Adds a connection; false when no more are taken.</summary>
    public bool TryAdd(PeerConnection connection)
    {
        lock (_gate)
        {
            if (_closed)
                return false;
            if (!_byPeer.TryGetValue(connection.RemotePeer, out List<PeerConnection>? connections))
                _byPeer.Add(connection.RemotePeer, connections = []);
            connections.Add(connection);
            return true;
        }
    }

    public void Remove(PeerConnection connection)
    {
        lock (_gate)
        {
            if (!_byPeer.TryGetValue(connection.RemotePeer, out List<PeerConnection>? connections))
                return;
            connections.Remove(connection);
            if (connections.Count == 0)
                _byPeer.Remove(connection.RemotePeer);
        }
    }

    /// <summary>The newest connection to <paramref name="peer"/> whose session has not ended.</summary>
    public bool TryGetOpen(PeerId peer, [NotNullWhen(true)] out PeerConnection? connection)
    {
        lock (_gate)
        {
            connection = _byPeer.TryGetValue(peer, out List<PeerConnection>? connections)
                ? connections.FindLast(static candidate => candidate.IsOpen)
                : null;
            return connection is not null;
        }
    }

    public IReadOnlyList<PeerConnection> Of(PeerId peer)
    {
        lock (_gate)
            return _byPeer.TryGetValue(peer, out List<PeerConnection>? connections) ? [.. connections] : [];
    }

    /// <summary>Takes no more connections, and returns those that there are.</summary>
    public IReadOnlyList<PeerConnection> Close()
    {
        lock (_gate)
            _closed = true;
        return All;
    }
}
