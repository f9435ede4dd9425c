using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Rcmgr.Libp2p.Identity;
using Rcmgr.Libp2p.Multiaddr;
using Rcmgr.Libp2p.Transports;
using Rcmgr.Libp2p.Transports.Tcp;

namespace Rcmgr.Libp2p.Swarm;

/// <content>What the commands do.</content>
internal sealed partial class HostSwarm
{
    private async Task<PeerId> DialCoreAsync(Multiaddress address, CancellationToken cancellationToken)
    {
        if (address.PeerId is { } known && _table.TryGetOpen(known, out _))
            return known;
        IPEndPoint endPoint = RequireDialable(address);
        try
        {
            PeerId peer = await ConnectAsync(address, endPoint, cancellationToken);
            _backoff.Succeeded(address);
            return peer;
        }
        catch (ResourceLimitExceededException e)
        {
            _context.Events.Publish(new ConnectionRefusedEvent(address, Direction.Outbound, e.Refusal));
            throw;
        }
        catch (Exception e) when (e is IOException or SocketException or TimeoutException)
        {
            _backoff.Failed(address);
            _context.Events.Publish(new DialFailedEvent(address, e));
            throw new DialFailedException(address, e);
        }
    }

    private IPEndPoint RequireDialable(Multiaddress address)
    {
        if (!address.TryGetTcpEndPoint(out IPEndPoint? endPoint))
            throw new NotSupportedException($"Cannot dial {address}: only IP addresses with TCP are supported.");
        if (address.PeerId == _options.Identity.PeerId)
            throw new NotSupportedException("A host does not dial itself.");
        if (_backoff.MayDial(address, out TimeSpan wait))
            return endPoint;
        throw new DialFailedException(address, new IOException(string.Create(
            CultureInfo.InvariantCulture, $"it failed before and is left alone for another {wait.TotalSeconds:0.0} s.")));
    }

    private async Task<PeerId> ConnectAsync(Multiaddress address, IPEndPoint endPoint, CancellationToken cancellationToken)
    {
        WaitOptions wait = new(_options.OutboundSlotTimeout) { Peer = address.PeerId?.Key };
        ConnectionScope scope = await _context.ResourceManager.OpenConnectionAsync(
            Direction.Outbound, usesFileDescriptor: true, endPoint.Address, wait, cancellationToken);
        try
        {
            if (address.PeerId is { } target)
                scope.SetPeer(target.Key);
            NetworkStream raw = await ConnectTcpAsync(endPoint, cancellationToken);
            UpgradedConnection upgraded =
                await _upgrader.UpgradeAsync(raw, scope, address.PeerId, _context.CreateBudget, cancellationToken);
            await AdoptAsync(upgraded, scope, Multiaddress.FromTcp(endPoint));
            return upgraded.RemotePeer;
        }
        catch
        {
            scope.Dispose();
            throw;
        }
    }

    private async Task<NetworkStream> ConnectTcpAsync(IPEndPoint endPoint, CancellationToken cancellationToken)
    {
        using Deadline deadline = new(_options.DialTimeout, _context.Time, cancellationToken);
        try
        {
            return await TcpSocket.ConnectAsync(endPoint, deadline.Token);
        }
        catch (OperationCanceledException e) when (deadline.IsExpired)
        {
            throw new TimeoutException("The remote did not accept the connection in time.", e);
        }
    }

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
