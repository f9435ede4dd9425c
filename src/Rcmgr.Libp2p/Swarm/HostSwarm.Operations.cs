using Microsoft.Extensions.Logging;
using Rcmgr.Libp2p.Identity;
using Rcmgr.Libp2p.Multiaddr;
using Rcmgr.Libp2p.Transports;

namespace Rcmgr.Libp2p.Swarm;

/// <content>What the commands do.</content>
internal sealed partial class HostSwarm
{
    /// <summary>Takes a new connection into the table and serves it; a stopping host closes it.</summary>
    private async Task AdoptAsync(UpgradedConnection upgraded, ConnectionScope scope, Multiaddress remoteAddress)
    {
        PeerConnection connection = new(upgraded, scope, remoteAddress, _context);
        if (_table.TryAdd(connection))
        {
            OnOpened(connection);
            if (_connections.TryRun(() => ServeAsync(connection)))
                return;
            OnClosed(connection);
        }

        await CloseQuietlyAsync(connection, ConnectionErrorCode.Shutdown);
        connection.Dispose();
        throw new HostStoppedException();
    }

    private async Task ServeAsync(PeerConnection connection)
    {
        try
        {
            await connection.RunAsync();
        }
        finally
        {
            OnClosed(connection);
            await connection.DrainAsync();
            connection.Dispose();
        }
    }

    private void OnOpened(PeerConnection connection)
    {
        _context.Events.Publish(new ConnectionOpenedEvent(connection.RemotePeer, connection.RemoteAddress, connection.Direction));
        if (_context.ConnectionManager is not { } manager)
            return;
        manager.Opened(connection.Id, connection.RemotePeer, connection.Direction == Direction.Inbound);
        Trim(manager);
    }

    private void OnClosed(PeerConnection connection)
    {
        _table.Remove(connection);
        _context.ConnectionManager?.Closed(connection.Id);
        _context.Events.Publish(new ConnectionClosedEvent(connection.RemotePeer, connection.RemoteAddress, connection.Direction));
    }

    private Task<PeerStream> OpenStreamCoreAsync(PeerId peer, string protocol, CancellationToken cancellationToken) =>
        _table.TryGetOpen(peer, out PeerConnection? connection)
            ? connection.OpenStreamAsync(protocol, cancellationToken)
            : throw new NotConnectedException(peer);

    private static async Task<bool> CloseStreamCoreAsync(PeerStream stream, CancellationToken cancellationToken)
    {
        await stream.CloseAsync(cancellationToken);
        await stream.DisposeAsync();
        return true;
    }

    private async Task<bool> ClosePeerCoreAsync(PeerId peer, uint code, CancellationToken cancellationToken)
    {
        IReadOnlyList<PeerConnection> connections = _table.Of(peer);
        await Task.WhenAll(connections.Select(connection => connection.CloseAsync(code, cancellationToken).AsTask()));
        return connections.Count > 0;
    }

    private async Task CloseQuietlyAsync(PeerConnection connection, uint code)
    {
        try
        {
            await connection.CloseAsync(code, CancellationToken.None);
        }
        catch (Exception e)
        {
            LogCloseFailed(_logger, e, connection.RemotePeer);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Closing a connection to {Peer} failed")]
    private static partial void LogCloseFailed(ILogger logger, Exception error, PeerId peer);
}
