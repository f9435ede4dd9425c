using System.Diagnostics.CodeAnalysis;
using System.Net;
using Rcmgr.Libp2p.Multiaddr;
using Rcmgr.Libp2p.Transports;
using Rcmgr.Libp2p.Transports.Quic;
using Rcmgr.Libp2p.Transports.Tcp;

namespace Rcmgr.Libp2p.Swarm;

/// <content>QUIC: what the engine asks, and what becomes of the connections it hands over.</content>
internal sealed partial class HostSwarm : IQuicGate
{
    /// <summary>Connections from unproven addresses that are opened each second, all addresses together (specification §5.5).</summary>
    private const int UnprovenPerSecond = 1000;

    /// <summary>One over the share of the transient inbound connections that unproven addresses may take.</summary>
    private const int UnprovenShare = 4;

    private readonly ReplyLimiter _unproven = new(UnprovenPerSecond);

    bool IQuicGate.MustProveAddress(IPAddress address)
    {
        if (AreHandshakesMany())
            return true;
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

    bool IQuicGate.TryTake(IQuicConnection connection, ConnectionScope scope) =>
        _connections.TryRun(() => Task.Run(() => AcceptQuicAsync(connection, scope)));

    /// <summary>
    /// Forged addresses cost nothing: their half-open connections may take a share of the transient scope, and leave the rest to
    /// remotes that prove theirs.
    /// </summary>
    private bool AreHandshakesMany()
    {
        ResourceScope transient = _context.ResourceManager.Transient;
        return transient.Usage.ConnectionsInbound >= transient.Limits.ConnectionsInbound / UnprovenShare;
    }

    private async Task<Multiaddress> ListenQuicAsync(IPEndPoint endPoint, CancellationToken cancellationToken)
    {
        IQuicListener listener = await _quic.ListenAsync(endPoint, this, cancellationToken);
        return AddListener([.. WildcardAddresses.Expand(listener.LocalEndPoint).Select(Multiaddress.FromQuic)], listener.DisposeAsync);
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

    private async Task<UpgradedConnection> ConnectQuicAsync(
        Multiaddress address, IPEndPoint endPoint, ConnectionScope scope, CancellationToken cancellationToken)
    {
        IQuicConnection connection = await _quic.DialAsync(endPoint, scope, cancellationToken);
        return await QuicUpgrader.UpgradeAsync(connection, scope, address.PeerId, _context.Time);
    }
}
