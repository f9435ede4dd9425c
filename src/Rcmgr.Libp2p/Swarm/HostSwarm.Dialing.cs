using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Rcmgr.Libp2p.Identity;
using Rcmgr.Libp2p.Multiaddr;
using Rcmgr.Libp2p.Transports;
using Rcmgr.Libp2p.Transports.Tcp;

namespace Rcmgr.Libp2p.Swarm;

/// <content>
/// Dialing. Every attempt has a reservation of its own before its socket exists; of several attempts one wins, and the others give
/// back theirs at once.
/// </content>
internal sealed partial class HostSwarm
{
    /// <summary>How long TCP waits for QUIC when a peer has addresses of both.</summary>
    internal static readonly TimeSpan TcpDelay = TimeSpan.FromMilliseconds(250);

    private async Task<PeerId> DialCoreAsync(Multiaddress address, CancellationToken cancellationToken)
    {
        if (address.PeerId is { } known && _table.TryGetOpen(known, out _))
            return known;
        DialTarget target = RequireDialable(address);
        return await AdoptAsync(await AttemptAsync(target, cancellationToken));
    }

    private async Task<PeerId> DialAnyCoreAsync(PeerId peer, IReadOnlyList<Multiaddress> addresses, CancellationToken cancellationToken)
    {
        if (_table.TryGetOpen(peer, out _))
            return peer;
        using CancellationTokenSource losing = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        List<Exception> failures = [];
        List<Task<DialedConnection>> attempts = StartAttempts(peer, addresses, failures, losing.Token);
        DialedConnection? winner = null;
        while (attempts.Count > 0)
        {
            Task<DialedConnection> ended = await Task.WhenAny(attempts);
            attempts.Remove(ended);
            if (!ended.IsCompletedSuccessfully)
            {
                failures.Add(ended.Exception?.InnerException ?? new OperationCanceledException(losing.Token));
            }
            else if (winner is null)
            {
                winner = await ended;
                await losing.CancelAsync();
            }
            else
            {
                await DropAsync(await ended);
            }
        }

        if (winner is not null)
            return await AdoptAsync(winner);
        cancellationToken.ThrowIfCancellationRequested();
        throw Combine(peer, addresses, failures);
    }

    /// <summary>Starts an attempt for each address: QUIC at once, TCP a little later or when QUIC has failed.</summary>
    private List<Task<DialedConnection>> StartAttempts(
        PeerId peer, IReadOnlyList<Multiaddress> addresses, List<Exception> failures, CancellationToken cancellationToken)
    {
        List<DialTarget> targets = [];
        foreach (Multiaddress address in addresses.Distinct())
        {
            try
            {
                targets.Add(RequireDialable(address.WithPeer(peer)));
            }
            catch (Exception e) when (e is NotSupportedException or DialFailedException)
            {
                failures.Add(e);
            }
        }

        List<Task<DialedConnection>> attempts =
            [.. targets.Where(target => target.IsQuic).Select(target => AttemptAsync(target, cancellationToken))];
        Task preferred = attempts.Count == 0 ? Task.CompletedTask : Task.WhenAll(attempts);
        attempts.AddRange(targets.Where(target => !target.IsQuic).Select(target => AttemptLaterAsync(preferred, target, cancellationToken)));
        return attempts;
    }

    private async Task<DialedConnection> AttemptLaterAsync(Task preferred, DialTarget target, CancellationToken cancellationToken)
    {
        await Task.WhenAny(preferred, Task.Delay(TcpDelay, _context.Time, cancellationToken));
        cancellationToken.ThrowIfCancellationRequested();
        return await AttemptAsync(target, cancellationToken);
    }

    private async Task<DialedConnection> AttemptAsync(DialTarget target, CancellationToken cancellationToken)
    {
        try
        {
            DialedConnection dialed = await ConnectAsync(target, cancellationToken);
            _backoff.Succeeded(target.Address);
            return dialed;
        }
        catch (ResourceLimitExceededException e)
        {
            _context.Events.Publish(new ConnectionRefusedEvent(target.Address, Direction.Outbound, e.Refusal));
            throw;
        }
        catch (Exception e) when (IsRemoteFailure(e))
        {
            _backoff.Failed(target.Address);
            _context.Events.Publish(new DialFailedEvent(target.Address, e));
            throw new DialFailedException(target.Address, e);
        }
    }

    /// <summary>What our own manager refused says nothing about the addresses: it is the outcome only when nothing else is.</summary>
    private static Exception Combine(PeerId peer, IReadOnlyList<Multiaddress> addresses, List<Exception> failures)
    {
        if (failures.Count == 0)
            return new ArgumentException("There is no address to dial.", nameof(addresses));
        if (failures.Count == 1 || failures.TrueForAll(failure => failure is ResourceLimitExceededException))
            return failures[0];
        Multiaddress first = failures.OfType<DialFailedException>().FirstOrDefault()?.Address ?? addresses[0].WithPeer(peer);
        return new DialFailedException(first, new AggregateException("No address of the peer could be reached.", failures));
    }

    private DialTarget RequireDialable(Multiaddress address)
    {
        bool isQuic = DialTargets.IsQuic(address);
        if (!isQuic && !DialTargets.IsTcp(address))
        {
            throw new NotSupportedException(
                $"Cannot dial {address}: only ip4, ip6, dns, dns4 and dns6 with TCP or QUIC are; dnsaddr is not resolved.");
        }

        if (address.PeerId == _options.Identity.PeerId)
            throw new NotSupportedException("A host does not dial itself.");
        if (_backoff.MayDial(address, out TimeSpan wait))
            return new DialTarget(address, isQuic);
        throw new DialFailedException(address, new IOException(string.Create(
            CultureInfo.InvariantCulture, $"it failed before and is left alone for another {wait.TotalSeconds:0.0} s.")));
    }

    /// <summary>
    /// Tries where the address leads, one after the other; each attempt reserves a connection of its own. A refusal by the own manager
    /// ends it at once: the next attempt would fare no better.
    /// </summary>
    private async Task<DialedConnection> ConnectAsync(DialTarget target, CancellationToken cancellationToken)
    {
        IReadOnlyList<IPEndPoint> endPoints =
            await DialTargets.ResolveAsync(target.Address, _options.DialTimeout, _context.Time, cancellationToken);
        for (int i = 0; ; i++)
        {
            try
            {
                return await ConnectAsync(target, endPoints[i], cancellationToken);
            }
            catch (Exception e) when (IsRemoteFailure(e) && i < endPoints.Count - 1)
            {
                LogTargetFailed(_logger, endPoints[i], target.Address, e.Message);
            }
        }
    }

    private async Task<DialedConnection> ConnectAsync(DialTarget target, IPEndPoint endPoint, CancellationToken cancellationToken)
    {
        WaitOptions wait = new(_options.OutboundSlotTimeout) { Peer = target.Address.PeerId?.Key };
        ConnectionScope scope = await _context.ResourceManager.OpenConnectionAsync(
            Direction.Outbound, usesFileDescriptor: true, endPoint.Address, wait, cancellationToken);
        try
        {
            if (target.Address.PeerId is { } peer)
                scope.SetPeer(peer.Key);
            UpgradedConnection upgraded = target.IsQuic
                ? await ConnectQuicAsync(target.Address, endPoint, scope, cancellationToken)
                : await UpgradeTcpAsync(target, endPoint, scope, cancellationToken);
            return new DialedConnection(target.IsQuic ? Multiaddress.FromQuic(endPoint) : Multiaddress.FromTcp(endPoint), upgraded, scope);
        }
        catch
        {
            scope.Dispose();
            throw;
        }
    }

    private async Task<UpgradedConnection> UpgradeTcpAsync(
        DialTarget target, IPEndPoint endPoint, ConnectionScope scope, CancellationToken cancellationToken)
    {
        NetworkStream raw = await ConnectTcpAsync(endPoint, cancellationToken);
        return await _upgrader.UpgradeAsync(raw, scope, target.Address.PeerId, _context.CreateBudget, cancellationToken);
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

    private async Task<PeerId> AdoptAsync(DialedConnection dialed)
    {
        try
        {
            await AdoptAsync(dialed.Upgraded, dialed.Scope, dialed.RemoteAddress);
            return dialed.Upgraded.RemotePeer;
        }
        catch
        {
            dialed.Scope.Dispose();
            throw;
        }
    }

    private static async Task DropAsync(DialedConnection dialed)
    {
        try
        {
            await dialed.Upgraded.Session.DisposeAsync();
        }
        finally
        {
            dialed.Scope.Dispose();
        }
    }

    private static bool IsRemoteFailure(Exception e) => e is IOException or SocketException or TimeoutException;

    [LoggerMessage(Level = LogLevel.Debug, Message = "{EndPoint}, one of several of {Address}, failed: {Reason}")]
    private static partial void LogTargetFailed(ILogger logger, IPEndPoint endPoint, Multiaddress address, string reason);

    private sealed record DialTarget(Multiaddress Address, bool IsQuic);

    /// <summary>A connection that nobody uses yet, with its account.</summary>
    private sealed record DialedConnection(Multiaddress RemoteAddress, UpgradedConnection Upgraded, ConnectionScope Scope);
}
