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
    private readonly List<(Multiaddress Address, Func<ValueTask> CloseAsync)> _listeners = [];

    /// <summary>The addresses the host listens on, with the ports that it got.</summary>
    public IReadOnlyList<Multiaddress> ListenAddresses
    {
        get
        {
            lock (_gate)
                return [.. _listeners.Select(listener => listener.Address)];
        }
    }

    private async Task<Multiaddress> ListenCoreAsync(Multiaddress address, CancellationToken cancellationToken)
    {
        if (address.TryGetTcpEndPoint(out IPEndPoint? endPoint))
            return ListenTcp(endPoint);
        if (address.TryGetQuicEndPoint(out endPoint))
            return await ListenQuicAsync(endPoint, cancellationToken);
        throw new NotSupportedException($"Cannot listen on {address}: only IP addresses with TCP or QUIC are supported.");
    }

    private Multiaddress ListenTcp(IPEndPoint endPoint)
    {
        Socket socket = TcpSocket.Listen(endPoint);
        Multiaddress actual = Multiaddress.FromTcp((IPEndPoint)socket.LocalEndPoint!);
        AcceptLoop loop = new(socket.AcceptAsync, Admit, _context.Time, _logger);
        // On a thread of its own: under a flood every accept completes at once, and the loop would not return to its starter.
        if (!_operations.TryRun(() => Task.Run(() => loop.RunAsync(_stopping.Token))))
        {
            socket.Dispose();
            throw new HostStoppedException();
        }

        lock (_gate)
            _listeners.Add((actual, () => CloseSocketAsync(socket)));
        _context.Events.Publish(new ListeningEvent(actual));
        return actual;
    }

    private async Task CloseListenersAsync()
    {
        (Multiaddress Address, Func<ValueTask> CloseAsync)[] closing;
        lock (_gate)
        {
            closing = [.. _listeners];
            _listeners.Clear();
        }

        foreach ((_, Func<ValueTask> closeAsync) in closing)
            await closeAsync();
    }

    private static ValueTask CloseSocketAsync(Socket socket)
    {
        socket.Dispose();
        return ValueTask.CompletedTask;
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
