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
        bool isInterrupted = EnterMonitor();
        _sleepers++;

        // Behind the barrier, whoever has not seen the sleeper has freed the gate where the sleeper sees it.
        Interlocked.MemoryBarrierProcessWide();
        while (Interlocked.CompareExchange(ref _state, Taken, Free) != Free)
            isInterrupted |= Sleep();
        _sleepers--;
        Monitor.Exit(this);
        PassOn(isInterrupted);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Wake()
    {
        bool isInterrupted = EnterMonitor();
        Monitor.Pulse(this);
        Monitor.Exit(this);
        PassOn(isInterrupted);
    }

    // Nobody is interrupted at a gate: he may be inside another one, which he would leave taken. The methods say whether somebody tried.
    private bool EnterMonitor()
    {
        bool isInterrupted = false;
        while (true)
        {
            try
            {
                Monitor.Enter(this);
                return isInterrupted;
            }
            catch (ThreadInterruptedException)
            {
                isInterrupted = true;
            }
        }
    }

    private bool Sleep()
    {
        try
        {
            Monitor.Wait(this);
            return false;
        }
        catch (ThreadInterruptedException)
        {
            return true;
        }
    }

    /// <summary>Interrupts the thread the next time it waits for something else.</summary>
    private static void PassOn(bool isInterrupted)
    {
        if (isInterrupted)
            Thread.CurrentThread.Interrupt();
    }

    /// <summary>An entered gate.</summary>
    public readonly ref struct Scope(ParkingGate gate)
    {
        private readonly ParkingGate _gate = gate;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Dispose() => _gate.Exit();
    }
}
