namespace Rcmgr.Tests.Accounting;

public sealed class ParkingGateTests
{
    private const int Threads = 4;
    private const int Rounds = 2_000;

    /// <summary>Now and then a holder stays for so long that the others fall asleep: what they count is still exact, and all are woken.</summary>
    [Fact]
    public void Threads_that_spin_and_sleep_before_the_gate_lose_no_count_and_no_wake_up()
    {
        ParkingGate gate = new();
        int counter = 0;

        void Work(int thread)
        {
            for (int i = 0; i < Rounds; i++)
            {
                using (gate.EnterScope())
                {
                    int seen = counter;
                    if ((i + thread) % 64 == 0)
                        Thread.Sleep(0);
                    if ((i + thread) % 512 == 0)
                        Thread.Sleep(1);
                    counter = seen + 1;
                }
            }
        }

        Thread[] threads = [.. Enumerable.Range(0, Threads).Select(thread => new Thread(() => Work(thread)))];
        foreach (Thread thread in threads)
            thread.Start();
        Assert.All(threads, thread => Assert.True(thread.Join(TimeSpan.FromMinutes(1)), "a thread sleeps for ever"));
        Assert.Equal(Threads * Rounds, counter);
    }

    /// <summary>Who comes to a gate may be inside another one already, and would leave it taken for good.</summary>
    /// <param name="isAsleep">Whether it sleeps already, or still waits for the monitor to do so.</param>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_thread_that_is_interrupted_before_a_gate_gets_through_it_first(bool isAsleep)
    {
        ParkingGate gate = new();
        bool hasEntered = false;
        bool isInterrupted = false;

        void Work()
        {
            try
            {
                gate.Enter();
                hasEntered = true;
                gate.Exit();
                Thread.Sleep(Timeout.Infinite);
            }
            catch (ThreadInterruptedException)
            {
                isInterrupted = true;
            }
        }

        Thread thread = new(Work);
        using (gate.EnterScope())
        {
            if (!isAsleep)
                Monitor.Enter(gate);
            thread.Start();
            SpinWait.SpinUntil(() => thread.ThreadState.HasFlag(ThreadState.WaitSleepJoin));
            thread.Interrupt();
            if (!isAsleep)
                Monitor.Exit(gate);
        }

        Assert.True(thread.Join(TimeSpan.FromMinutes(1)), "the thread sleeps for ever");
        Assert.True(hasEntered);
        Assert.True(isInterrupted);
    }

    [Fact]
    public void Who_leaves_a_gate_before_which_nobody_sleeps_any_more_looks_for_nobody()
    {
        ParkingGate gate = new();
        void Pass()
        {
            gate.Enter();
            gate.Exit();
        }

        Thread sleeper = new(Pass);
        using (gate.EnterScope())
        {
            sleeper.Start();
            SpinWait.SpinUntil(() => sleeper.ThreadState.HasFlag(ThreadState.WaitSleepJoin));
        }

        sleeper.Join();
        Thread passing = new(Pass);
        lock (gate)
        {
            // Looking for sleepers would take the monitor.
            passing.Start();
            Assert.True(passing.Join(TimeSpan.FromMinutes(1)), "the thread waits for the monitor");
        }
    }
}
