using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Rcmgr.Libp2p.Multiaddr;
using Rcmgr.Libp2p.Transports;
using Rcmgr.Libp2p.Transports.Tcp;

namespace Rcmgr.Libp2p.Swarm;

/// <content>Listening sockets and the connections they accept.</content>
internal sealed partial class HostSwarm
{
    private readonly List<(Socket Socket, IReadOnlyList<Multiaddress> Addresses)> _listeners = [];

    /// <summary>
    /// The addresses the host listens on, with the ports that it got. A wildcard's are those that the interfaces had when the host began to
    /// listen on it: to look them up again for everyone who asks would cost more than asking does.
    /// </summary>
    public IReadOnlyList<Multiaddress> ListenAddresses
    {
        get
        {
            lock (_gate)
                return [.. _listeners.SelectMany(listener => listener.Addresses)];
        }
    }

    private Multiaddress Listen(Multiaddress address)
    {
        if (!address.TryGetTcpEndPoint(out IPEndPoint? endPoint))
            throw new NotSupportedException($"Cannot listen on {address}: only IP addresses with TCP are supported.");
        Socket socket = TcpSocket.Listen(endPoint);
        Multiaddress[] actual = [.. WildcardAddresses.Expand((IPEndPoint)socket.LocalEndPoint!).Select(Multiaddress.FromTcp)];
        AcceptLoop loop = new(socket.AcceptAsync, Admit, _context.Time, _logger);
        if (!_operations.TryRun(() => loop.RunAsync(_stopping.Token)))
        {
            socket.Dispose();
            throw new HostStoppedException();
        }

        lock (_gate)
            _listeners.Add((socket, actual));
        foreach (Multiaddress reachable in actual)
            _context.Events.Publish(new ListeningEvent(reachable));
        return actual[0];
    }

    private void CloseListeners()
    {
        lock (_gate)
        {
            foreach ((Socket socket, _) in _listeners)
                socket.Dispose();
            _listeners.Clear();
        }
    }

    /// <summary>Admits or drops a raw connection before a byte of it is read or a buffer is rented for it.</summary>
    private AcceptOutcome Admit(Socket socket)
    {
        IPEndPoint remote = (IPEndPoint)socket.RemoteEndPoint!;
        Multiaddress remoteAddress = Multiaddress.FromTcp(remote);
        if (!_context.ResourceManager.TryOpenConnection(
            Direction.Inbound, usesFileDescriptor: true, remote.Address, out ConnectionScope? scope, out Refusal refusal))
        {
            TcpSocket.Abort(socket);
            _context.Events.Publish(new ConnectionRefusedEvent(remoteAddress, Direction.Inbound, refusal));
            return IsHostWide(refusal) ? AcceptOutcome.Exhausted : AcceptOutcome.Handled;
        }

        if (!_connections.TryRun(() => Task.Run(() => AcceptAsync(socket, scope, remoteAddress))))
        {
            TcpSocket.Abort(socket);
            scope.Dispose();
        }

        return AcceptOutcome.Handled;
    }

    private async Task AcceptAsync(Socket socket, ConnectionScope scope, Multiaddress remoteAddress)
    {
        try
        {
            UpgradedConnection upgraded = await _upgrader.UpgradeAsync(
                TcpSocket.ToStream(socket), scope, expectedRemote: null, _context.CreateBudget, _stopping.Token);
            await AdoptAsync(upgraded, scope, remoteAddress);
        }
        catch (Exception e)
        {
            TcpSocket.Abort(socket);
            scope.Dispose();
            if (e is ResourceLimitExceededException refused)
                _context.Events.Publish(new ConnectionRefusedEvent(remoteAddress, Direction.Inbound, refused.Refusal));
            else if (!_stopping.IsCancellationRequested)
                LogUpgradeFailed(_logger, remoteAddress, e.Message);
        }
    }

    /// <summary>Whether no other connection would fare better right now.</summary>
    private static bool IsHostWide(in Refusal refusal) =>
        refusal.Reason == RefusalReason.ConnectionRate
            ? refusal.Network is null
            : refusal is { Reason: RefusalReason.Limit, ScopeKind: ScopeKind.System or ScopeKind.Transient }
                && refusal.Resource is Resource.Connections or Resource.FileDescriptors;

    [LoggerMessage(Level = LogLevel.Debug, Message = "The inbound connection from {Address} was not completed: {Reason}")]
    private static partial void LogUpgradeFailed(ILogger logger, Multiaddress address, string reason);
}
