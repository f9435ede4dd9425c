using System.Diagnostics.CodeAnalysis;

namespace Rcmgr.Libp2p.Muxing;

/// <summary>A budget that never refuses, for sessions that nobody guards.</summary>
internal sealed class UnlimitedStreamBudget : IStreamBudget
{
    public static UnlimitedStreamBudget Instance { get; } = new();

    public bool TryBegin([NotNullWhen(true)] out IWindowReservation? reservation)
    {
        reservation = Reservation.Instance;
        return true;
    }

    public IWindowReservation Begin() => Reservation.Instance;

    private sealed class Reservation : IWindowReservation
    {
        public static Reservation Instance { get; } = new();

        public bool TryGrow(long bytes) => true;

        public void Dispose()
        {
        }
    }
}
