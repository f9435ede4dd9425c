using System.Runtime.CompilerServices;

namespace Rcmgr;

/// <summary>
/// A gate for critical sections of a few dozen nanoseconds: who finds it taken spins for about as long as a few of them take,
/// then sleeps until it is free, so that a holder that the system has suspended costs no processor time. Not reentrant, not fair.
/// </summary>
internal sealed class ParkingGate
{
    private const int Free = 0;
    private const int Taken = 1;

    // Taken, and somebody may be asleep.
    private const int Awaited = 2;

    private const int Spins = 60;

    private int _state;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Enter()
    {
        if (Interlocked.CompareExchange(ref _state, Taken, Free) != Free)
            EnterTaken();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Exit()
    {
        if (Interlocked.Exchange(ref _state, Free) == Awaited)
            Wake();
    }

    /// <summary>Enters; disposing the result exits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Scope EnterScope()
    {
        Enter();
        return new Scope(this);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void EnterTaken()
    {
        for (int i = 0; i < Spins; i++)
        {
            Thread.SpinWait(1);
            if (Volatile.Read(ref _state) == Free && Interlocked.CompareExchange(ref _state, Taken, Free) == Free)
                return;
        }

        // Who announces itself and finds the gate taken is asleep before the holder can look for somebody to wake.
        lock (this)
        {
            while (Interlocked.Exchange(ref _state, Awaited) != Free)
                Monitor.Wait(this);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Wake()
    {
        lock (this)
            Monitor.Pulse(this);
    }

    /// <summary>An entered gate.</summary>
    public readonly ref struct Scope(ParkingGate gate)
    {
        private readonly ParkingGate _gate = gate;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Dispose() => _gate.Exit();
    }
}
