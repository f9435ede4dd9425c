using System.Runtime.CompilerServices;

namespace Rcmgr;

/// <summary>
/// A gate for critical sections of a few dozen nanoseconds: who finds it taken looks again a few times, then sleeps until it is free, so
/// that a holder that the system has suspended costs no processor time. Not reentrant, not fair.
/// </summary>
/// <remarks>
/// Entering costs one interlocked operation and leaving none. A processor may let the look for sleepers overtake the write that frees the
/// gate; so whoever goes to sleep has every thread of the process pass a barrier first, which costs him microseconds, before a sleep that
/// costs more.
/// </remarks>
internal sealed class ParkingGate
{
    private const int Free = 0;
    private const int Taken = 1;

    private const int Looks = 12;

    // About a microsecond. Who looks all the time takes the holder's data away from him; who waits lets him get through several sections
    // at full speed, after which the gate is as likely free.
    private const int SpinsBetweenLooks = 24;

    private int _state;

    // Threads that sleep, and those that are about to. Written with the monitor.
    private int _sleepers;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Enter()
    {
        if (Interlocked.CompareExchange(ref _state, Taken, Free) != Free)
            EnterTaken();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Exit()
    {
        Volatile.Write(ref _state, Free);
        if (Volatile.Read(ref _sleepers) != 0)
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
        for (int i = 0; i < Looks; i++)
        {
            Thread.SpinWait(SpinsBetweenLooks);
            if (Volatile.Read(ref _state) == Free && Interlocked.CompareExchange(ref _state, Taken, Free) == Free)
                return;
        }

        SleepUntilTaken();
    }

    private void SleepUntilTaken()
    {
        lock (this)
        {
            _sleepers++;
            try
            {
                // Behind the barrier, whoever has not seen the sleeper has freed the gate where the sleeper sees it.
                Interlocked.MemoryBarrierProcessWide();
                while (Interlocked.CompareExchange(ref _state, Taken, Free) != Free)
                    Monitor.Wait(this);
            }
            finally
            {
                _sleepers--;
            }
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
