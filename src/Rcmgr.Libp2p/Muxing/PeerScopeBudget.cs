using System.Diagnostics.CodeAnalysis;

namespace Rcmgr.Libp2p.Muxing;

/// <summary>
/// Charges the receive windows of one session to its peer, one span for each stream (specification §8.3). What the peer may hold is
/// shared by all its connections.
/// </summary>
internal sealed class PeerScopeBudget(ResourceScope peerScope, Action<Refusal>? onRefused = null) : IStreamBudget
{
    public bool TryBegin([NotNullWhen(true)] out IWindowReservation? reservation)
    {
        reservation = TryBegin(out Refusal refusal);
        if (reservation is null)
            onRefused?.Invoke(refusal);
        return reservation is not null;
    }

    public IWindowReservation Begin() => TryBegin(out Refusal refusal) ?? throw refusal.ToException();

    private Reservation? TryBegin(out Refusal refusal)
    {
        if (!peerScope.TryBeginSpan(out SpanScope? span, out refusal))
            return null;
        if (span.TryReserveMemory(YamuxOptions.InitialWindow, MemoryPriority.Always, out refusal))
            return new Reservation(span);
        span.Dispose();
        return null;
    }

    private sealed class Reservation(SpanScope span) : IWindowReservation
    {
        public bool TryGrow(long bytes) => span.TryReserveMemory(bytes, MemoryPriority.WindowGrowth, out _);

        public void Dispose() => span.Dispose();
    }
}
