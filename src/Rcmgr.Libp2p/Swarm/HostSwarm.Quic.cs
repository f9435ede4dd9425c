using System.Diagnostics.CodeAnalysis;
using System.Net;
using Rcmgr.Libp2p.Multiaddr;
using Rcmgr.Libp2p.Transports;
using Rcmgr.Libp2p.Transports.Quic;

namespace Rcmgr.Libp2p.Swarm;

/// <content>QUIC: what the engine asks, and what becomes of the connections it hands over.</content>
internal sealed partial class HostSwarm : IQuicGate
{
    /// <summary>Connections from unproven addresses that are opened each second, all addresses together (specification §5.5).</summary>
    private const int UnprovenPerSecond = 1000;

    private readonly ReplyLimiter _unproven = new(UnprovenPerSecond);

    bool IQuicGate.MustProveAddress(IPAddress address)
    {
        lock (_unproven)
        {
            if (!_unproven.TryTake((ulong)_context.Time.GetElapsedTime(0).Ticks * 100))
                return true;
        }

        return _context.ResourceManager.VerifySourceAddress(address);
    }

    bool IQuicGate.TryAdmit(IPEndPoint remote, [NotNullWhen(true)] out ConnectionScope? scope)
    {
        if (_context.ResourceManager.TryOpenConnection(
            Direction.Inbound, usesFileDescriptor: false, remote.Address, out scope, out Refusal refusal))
            return true;
        _context.Events.Publish(new ConnectionRefusedEvent(Multiaddress.FromQuic(remote), Direction.Inbound, refusal));
        return false;
    }

    void IQuicGate.Refused(IPEndPoint remote, in Refusal refusal) =>
        _context.Events.Publish(new ConnectionRefusedEvent(Multiaddress.FromQuic(remote), Direction.Inbound, refusal));

    void IQuicGate.Established(IQuicConnection connection, ConnectionScope scope)
    {
        if (!_connections.TryRun(() => Task.Run(() => AcceptQuicAsync(connection, scope))))
            _operations.TryRun(() => DropQuicAsync(connection, scope));
    }

    private async Task<Multiaddress> ListenQuicAsync(IPEndPoint endPoint, CancellationToken cancellationToken)
    {
        IQuicListener listener = await _quic.ListenAsync(endPoint, this, cancellationToken);
        Multiaddress actual = Multiaddress.FromQuic(listener.LocalEndPoint);
        lock (_gate)
            _listeners.Add((actual, listener.DisposeAsync));
        _context.Events.Publish(new ListeningEvent(actual));
        return actual;
    }

    private async Task AcceptQuicAsync(IQuicConnection connection, ConnectionScope scope)
    {
        Multiaddress remoteAddress = Multiaddress.FromQuic(connection.RemoteEndPoint);
        try
        {
            UpgradedConnection upgraded = await QuicUpgrader.UpgradeAsync(connection, scope, expectedRemote: null, _context.Time);
            await AdoptAsync(upgraded, scope, remoteAddress);
        }
        catch (Exception e)
        {
            scope.Dispose();
            if (e is ResourceLimitExceededException refused)
                _context.Events.Publish(new ConnectionRefusedEvent(remoteAddress, Direction.Inbound, refused.Refusal));
            else if (!_stopping.IsCancellationRequested)
                LogUpgradeFailed(_logger, remoteAddress, e.Message);
        }
    }

    private static async Task DropQuicAsync(IQuicConnection connection, ConnectionScope scope)
    {
        await connection.CloseAsync(ConnectionErrorCode.Shutdown, CancellationToken.None);
        scope.Dispose();
    }

    private async Task<UpgradedConnection> ConnectQuicAsync(
        Multiaddress address, IPEndPoint endPoint, ConnectionScope scope, CancellationToken cancellationToken)
    {
        IQuicConnection connection = await _quic.DialAsync(endPoint, scope, cancellationToken);
        return await QuicUpgrader.UpgradeAsync(connection, scope, address.PeerId, _context.Time);
    }
}
