using System.Net;

namespace Rcmgr;

/// <content>Waiting for room.</content>
public sealed partial class ResourceManager
{
    /// <summary>
    /// Reserves an outbound connection as <see cref="TryOpenConnection"/> does, and waits for room when a limit of a scope refuses it. Only
    /// for connections that this host opens: whoever waits inside an inbound path hands the queue to the attacker.
    /// </summary>
    /// <remarks>
    /// It fails at once when waiting cannot help (a limit below what is asked, a refusal by address) and when
    /// <see cref="ResourceManagerOptions.Waiting"/> lets nobody else wait. In the end the operation counts as refused once or not at all.
    /// </remarks>
    /// <param name="direction">Must be <see cref="Direction.Outbound"/>.</param>
    /// <param name="usesFileDescriptor">Whether the connection costs a file descriptor.</param>
    /// <param name="remoteAddress">The remote address; null when the endpoint has none.</param>
    /// <param name="wait">How long to wait, and whose turn it is.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="ArgumentException"><paramref name="direction"/> is inbound.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The timeout is negative.</exception>
    /// <exception cref="ResourceLimitExceededException">There was no room in time.</exception>
    /// <exception cref="OperationCanceledException">The wait was cancelled.</exception>
    public ValueTask<ConnectionScope> OpenConnectionAsync(
        Direction direction, bool usesFileDescriptor, IPAddress? remoteAddress, WaitOptions wait, CancellationToken cancellationToken = default)
    {
        ThrowIfInbound(direction);
        ThrowIfInvalid(wait);
        bool mayUseAllowlist = remoteAddress is not null && Allowlist.Allows(remoteAddress);
        if (cancellationToken.IsCancellationRequested)
            return ValueTask.FromCanceled<ConnectionScope>(cancellationToken);
        PendingConnection pending = new(this, direction, usesFileDescriptor, remoteAddress);
        if (!pending.TryAdmit(out Refusal byAddress))
            return ValueTask.FromException<ConnectionScope>(byAddress.ToException());
        Waiter<ConnectionScope> waiter = new(
            new WaitShape(WaitKind.Connection, null, usesFileDescriptor, mayUseAllowlist),
            wait.Peer,
            wait.Priority,
            pending.Attempt,
            cancellationToken,
            pending.Abandon);
        return Waiting.DoAsync(
            waiter,
            () => new Explainer(_engine, Allowlist).OpenAdmittedConnection(direction, usesFileDescriptor, remoteAddress),
            wait.Timeout,
            cancellationToken);
    }

    /// <summary>
    /// Reserves an outbound stream as <see cref="TryOpenStream"/> does, and waits for room when a limit refuses it; see
    /// <see cref="OpenConnectionAsync"/>.
    /// </summary>
    /// <param name="peer">The remote peer.</param>
    /// <param name="direction">Must be <see cref="Direction.Outbound"/>.</param>
    /// <param name="wait">How long to wait.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="ArgumentNullException"><paramref name="peer"/> is null.</exception>
    /// <exception cref="ArgumentException"><paramref name="direction"/> is inbound.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The timeout is negative.</exception>
    /// <exception cref="ResourceLimitExceededException">There was no room in time.</exception>
    /// <exception cref="OperationCanceledException">The wait was cancelled.</exception>
    public ValueTask<StreamScope> OpenStreamAsync(PeerKey peer, Direction direction, WaitOptions wait, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(peer);
        ThrowIfInbound(direction);
        ThrowIfInvalid(wait);
        Waiter<StreamScope> waiter = new(
            new WaitShape(WaitKind.Stream, peer),
            peer,
            wait.Priority,
            (out Refusal refusal) => TryOpenStream(peer, direction, out StreamScope? stream, out refusal) ? stream : null,
            cancellationToken);
        return Waiting.DoAsync(waiter, () => Explain(ResourceOperation.OpenStream(peer, direction)), wait.Timeout, cancellationToken);
    }

    internal static void ThrowIfInvalid(in WaitOptions wait)
    {
        if (wait.Timeout != Timeout.InfiniteTimeSpan)
            ArgumentOutOfRangeException.ThrowIfLessThan(wait.Timeout, TimeSpan.Zero, nameof(wait));
    }

    private WaitQueue Waiting => _engine.Waiting!;

    private static void ThrowIfInbound(Direction direction)
    {
        if (direction != Direction.Outbound)
            throw new ArgumentException("Only what this host opens may wait for room.", nameof(direction));
    }

    private void AllowWaiting(WaitingOptions options, TimeProvider timeProvider)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfNegative(options.MaxWaiters);
        ArgumentOutOfRangeException.ThrowIfNegative(options.MaxWaitersPerPeer);
        _engine.Waiting = new WaitQueue(_engine, options, timeProvider);
    }
}
