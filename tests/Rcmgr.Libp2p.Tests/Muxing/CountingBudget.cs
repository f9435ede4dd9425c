using System.Diagnostics.CodeAnalysis;
using Rcmgr.Libp2p.Muxing;

namespace Rcmgr.Libp2p.Tests.Muxing;

/// <summary>A budget of so many bytes that counts what is held and catches whatever is given back twice.</summary>
internal sealed class CountingBudget(long limit) : IStreamBudget
{
    private readonly Lock _gate = new();

    public long Held { get; private set; }

    public long Peak { get; private set; }

    public int Begun { get; private set; }

    public int Disposed { get; private set; }

    public int DoubleDisposals { get; private set; }

    public bool TryBegin([NotNullWhen(true)] out IWindowReservation? reservation)
    {
        lock (_gate)
        {
            reservation = TryAdd(YamuxOptions.InitialWindow) ? new Reservation(this) : null;
            if (reservation is null)
                return false;
            Begun++;
            return true;
        }
    }

    public IWindowReservation Begin() =>
        TryBegin(out IWindowReservation? reservation) ? reservation : throw new BudgetRefusedException();

    private bool TryAdd(long bytes)
    {
        if (bytes > limit - Held)
            return false;
        Held += bytes;
        Peak = Math.Max(Peak, Held);
        return true;
    }

    internal sealed class BudgetRefusedException : Exception;

    private sealed class Reservation(CountingBudget budget) : IWindowReservation
    {
        private long _held = YamuxOptions.InitialWindow;
        private bool _disposed;

        public bool TryGrow(long bytes)
        {
            lock (budget._gate)
            {
                if (_disposed || !budget.TryAdd(bytes))
                    return false;
                _held += bytes;
                return true;
            }
        }

        public void Dispose()
        {
            lock (budget._gate)
            {
                if (_disposed)
                    budget.DoubleDisposals++;
                else
                    budget.Disposed++;
                _disposed = true;
                budget.Held -= _held;
                _held = 0;
            }
        }
    }
}
