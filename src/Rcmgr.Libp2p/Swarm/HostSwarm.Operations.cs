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
        RequireDialable(address);
        try
        {
            PeerId peer = await ConnectAsync(address, cancellationToken);
            _backoff.Succeeded(address);
            return peer;
        }
        catch (ResourceLimitExceededException e)
        {
            _context.Events.Publish(new ConnectionRefusedEvent(address, Direction.Outbound, e.Refusal));
            throw;
        }
        catch (Exception e) when (IsRemoteFailure(e))
        {
            _backoff.Failed(address);
            _context.Events.Publish(new DialFailedEvent(address, e));
            throw new DialFailedException(address, e);
        }
    }

    private void RequireDialable(Multiaddress address)
    {
        if (!DialTargets.IsDialable(address))
            throw new NotSupportedException($"Cannot dial {address}: only ip4, ip6, dns, dns4 and dns6 with TCP are; dnsaddr is not resolved.");
        if (address.PeerId == _options.Identity.PeerId)
            throw new NotSupportedException("A host does not dial itself.");
        if (_backoff.MayDial(address, out TimeSpan wait))
            return;
        throw new DialFailedException(address, new IOException(string.Create(
            CultureInfo.InvariantCulture, $"it failed before and is left alone for another {wait.TotalSeconds:0.0} s.")));
    }

    /// <summary>
    /// Tries where the address leads, one after the other; each attempt reserves a connection of its own. A refusal by the own manager
    /// ends it at once: the next attempt would fare no better.
    /// </summary>
    private async Task<PeerId> ConnectAsync(Multiaddress address, CancellationToken cancellationToken)
    {
        IReadOnlyList<IPEndPoint> targets = await DialTargets.ResolveAsync(address, _options.DialTimeout, _context.Time, cancellationToken);
        for (int i = 0; ; i++)
        {
            try
            {
                return await ConnectAsync(address, targets[i], cancellationToken);
            }
            catch (Exception e) when (IsRemoteFailure(e) && i < targets.Count - 1)
            {
                LogTargetFailed(_logger, targets[i], address, e.Message);
            }
        }
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

    private static bool IsRemoteFailure(Exception e) => e is IOException or SocketException or TimeoutException;

    [LoggerMessage(Level = LogLevel.Debug, Message = "{EndPoint}, one of several of {Address}, failed: {Reason}")]
    private static partial void LogTargetFailed(ILogger logger, IPEndPoint endPoint, Multiaddress address, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Closing a connection to {Peer} failed")]
    private static partial void LogCloseFailed(ILogger logger, Exception error, PeerId peer);
}
