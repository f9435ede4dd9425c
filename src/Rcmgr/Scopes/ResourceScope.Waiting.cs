using System.Buffers;

namespace Rcmgr;

/// <content>Waiting for memory.</content>
public abstract partial class ResourceScope
{
    /// <summary>
    /// Reserves memory as <see cref="TryReserveMemory"/> does, and waits for room when a limit refuses it. Reservations that wait on one
    /// scope with one priority are done in the order in which they came: a small one does not overtake a large one. Not for inbound paths:
    /// whoever waits there hands the queue to the attacker.
    /// </summary>
    /// <remarks>See <see cref="ResourceManager.OpenConnectionAsync"/> for when it fails at once.</remarks>
    /// <param name="size">Bytes.</param>
    /// <param name="priority">How full a scope may get with this reservation, and whose turn it is; see <see cref="MemoryPriority"/>.</param>
    /// <param name="wait">How long to wait; its own priority and peer do not matter.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="size"/> or the timeout is negative.</exception>
    /// <exception cref="ResourceLimitExceededException">There was no room in time.</exception>
    /// <exception cref="ScopeClosedException">The scope, or the owner of the span, is closed, or was while the operation waited.</exception>
    /// <exception cref="OperationCanceledException">The wait was cancelled.</exception>
    public ValueTask ReserveMemoryAsync(long size, byte priority, WaitOptions wait, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(size);
        ResourceManager.ThrowIfInvalid(wait);
        if (cancellationToken.IsCancellationRequested)
            return ValueTask.FromCanceled(cancellationToken);
        return Engine.Waiting!.IsEmpty && TryReserveUncounted(size, priority)
            ? ValueTask.CompletedTask
            : WaitForMemoryAsync(size, priority, wait, cancellationToken);
    }

    /// <summary>Rents a buffer as <see cref="TryRentMemory"/> does, and waits for room as <see cref="ReserveMemoryAsync"/> does.</summary>
    /// <param name="size">Bytes; the length of the buffer's memory. What is in it is undefined.</param>
    /// <param name="priority">How full a scope may get with this reservation, and whose turn it is; see <see cref="MemoryPriority"/>.</param>
    /// <param name="wait">How long to wait; its own priority and peer do not matter.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="size"/> or the timeout is negative.</exception>
    /// <exception cref="ResourceLimitExceededException">There was no room in time.</exception>
    /// <exception cref="ScopeClosedException">The scope, or the owner of the span, is closed, or was while the operation waited.</exception>
    /// <exception cref="OperationCanceledException">The wait was cancelled.</exception>
    public async ValueTask<IMemoryOwner<byte>> RentMemoryAsync(
        int size, byte priority, WaitOptions wait, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(size);
        await ReserveMemoryAsync(ReservedBuffer.SizeOf(size), priority, wait, cancellationToken).ConfigureAwait(false);
        return ReservedBuffer.Rent(this, size);
    }

    private async ValueTask WaitForMemoryAsync(long size, byte priority, WaitOptions wait, CancellationToken cancellationToken)
    {
        Waiter<ResourceScope> waiter = new(
            new WaitShape(WaitKind.Memory, this),
            PeerOf(this),
            priority,
            (out Refusal refusal) => TryReserveMemory(size, priority, out refusal) ? this : null,
            cancellationToken);
        Explainer explainer = new(Engine, new Allowlist());
        await Engine.Waiting!
            .DoAsync(waiter, () => explainer.ReserveMemory(this, size, priority), wait.Timeout, cancellationToken)
            .ConfigureAwait(false);
    }

    private bool TryReserveUncounted(long size, byte priority)
    {
        RefusalCounters.IsMuted = true;
        try
        {
            return Engine.TryReserveMemory(this, size, priority, out _);
        }
        finally
        {
            RefusalCounters.IsMuted = false;
        }
    }

    /// <summary>The peer that a scope belongs to; null when it has none, or none yet.</summary>
    internal static PeerKey? PeerOf(ResourceScope scope)
    {
        while (scope is SpanScope span)
            scope = span.Owner;
        return scope switch
        {
            StreamScope stream => stream.Peer.Key,
            ConnectionScope connection => connection.Peer?.Key,
            PeerScope peer => peer.Key,
            _ => null,
        };
    }
}
