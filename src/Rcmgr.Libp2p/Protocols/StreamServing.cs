using Rcmgr.Libp2p.Swarm;

namespace Rcmgr.Libp2p.Protocols;

/// <summary>What every served stream has in common: it pays first, it ends when the remote falls silent, and its end has a code.</summary>
internal static class StreamServing
{
    /// <summary>
    /// Runs <paramref name="body"/> under an idle deadline. A remote that resets or vanishes ends it quietly; a silent one and the end
    /// of the host reset the stream; any other failure resets it and is the caller's to know.
    /// </summary>
    public static async ValueTask ServeAsync(
        this PeerStream stream, TimeSpan idleLimit, TimeProvider time, Func<IdleDeadline, ValueTask> body, CancellationToken cancellationToken)
    {
        using IdleDeadline deadline = new(idleLimit, time, cancellationToken);
        try
        {
            await body(deadline);
        }
        catch (OperationCanceledException) when (deadline.Token.IsCancellationRequested)
        {
            stream.Reset(deadline.HasExpired ? StreamErrorCode.GarbageCollected : StreamErrorCode.Shutdown);
        }
        catch (IOException)
        {
            stream.Reset(StreamErrorCode.None);
        }
        catch (IdentifyException)
        {
            stream.Reset(StreamErrorCode.ProtocolViolation);
            throw;
        }
        catch (Exception)
        {
            stream.Reset(StreamErrorCode.None);
            throw;
        }
    }

    /// <summary>Charges the stream to <paramref name="service"/>; a refusal resets the stream and is false.</summary>
    public static bool TryJoinService(this PeerStream stream, string service) =>
        stream.Scope.TrySetService(service, out _) || stream.Refuse();

    /// <summary>As <see cref="TryJoinService(PeerStream, string)"/>, with memory for as long as the stream lives.</summary>
    public static bool TryJoinService(this PeerStream stream, string service, long memory, byte priority) =>
        stream.TryJoinService(service) && (stream.Scope.TryReserveMemory(memory, priority, out _) || stream.Refuse());

    /// <summary>Charges a stream of ours to <paramref name="service"/>, once however often it is used.</summary>
    /// <exception cref="ResourceLimitExceededException">The manager refused; the stream is reset.</exception>
    public static void JoinService(this PeerStream stream, string service)
    {
        if (stream.Scope.ServiceScope is not null || stream.Scope.TrySetService(service, out Refusal refusal))
            return;
        stream.Refuse();
        throw refusal.ToException();
    }

    /// <summary>Reserves memory on a stream of ours.</summary>
    /// <exception cref="ResourceLimitExceededException">The manager refused; the stream is reset.</exception>
    public static void Reserve(this PeerStream stream, long memory)
    {
        if (stream.Scope.TryReserveMemory(memory, MemoryPriority.Always, out Refusal refusal))
            return;
        stream.Refuse();
        throw refusal.ToException();
    }

    private static bool Refuse(this PeerStream stream)
    {
        stream.Reset(StreamErrorCode.ResourceLimitExceeded);
        return false;
    }
}
