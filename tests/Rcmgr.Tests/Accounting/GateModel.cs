namespace Rcmgr.Tests.Accounting;

/// <summary>What can be wrong with a gate like <see cref="ParkingGate"/>.</summary>
public enum GateFault
{
    None,

    /// <summary>Looks whether the gate is free and takes it in two steps.</summary>
    TakesInTwoSteps,

    /// <summary>Looks whether the gate is free, then announces itself and sleeps without looking again.</summary>
    AnnouncesTooLate,

    /// <summary>Looks whether the gate is free while others' writes may still be under way.</summary>
    HasNoBarrier,

    /// <summary>Who has been woken takes the gate as if nobody else slept.</summary>
    ForgetsOtherSleepers,

    /// <summary>Whoever exits wakes nobody.</summary>
    NeverWakes,
}

/// <summary>Where a thread is in <see cref="ParkingGate"/>. From one place to the next is one step that no other thread sees a half of.</summary>
internal enum GatePlace : byte
{
    /// <summary>Before the first compare-and-exchange.</summary>
    Enter,

    /// <summary>With <see cref="GateFault.TakesInTwoSteps"/>: has seen the gate free.</summary>
    SeenFree,

    /// <summary>Spinning, before it looks.</summary>
    Spin,

    /// <summary>Spinning, has seen the gate free.</summary>
    SpinTake,

    /// <summary>Before it has the monitor, to sleep.</summary>
    Lock,

    /// <summary>With the monitor, before it counts itself among the sleepers.</summary>
    Announce,

    /// <summary>Announced, before it makes all writes of all threads visible.</summary>
    Barrier,

    /// <summary>With the monitor, before the compare-and-exchange that takes the gate if it is free.</summary>
    Look,

    /// <summary>Has found the gate taken: before it sleeps, which gives the monitor up in the same step.</summary>
    Sleep,

    /// <summary>Asleep.</summary>
    Asleep,

    /// <summary>Woken, before it has the monitor again.</summary>
    Woken,

    /// <summary>Has the gate and still the monitor.</summary>
    Unlock,

    Inside,

    /// <summary>Has freed the gate, which others need not see yet: before it looks for sleepers.</summary>
    Exit,

    /// <summary>Has freed the gate and seen sleepers: before it has the monitor.</summary>
    Wake,

    /// <summary>With the monitor, before it wakes somebody.</summary>
    Pulse,

    /// <summary>Has woken somebody and still has the monitor.</summary>
    EndWake,

    Done,
}

/// <summary>
/// All states that threads can bring the gate into, with every step of its code a step here: the word of the gate, the sleepers, who has the
/// monitor, where each thread is, and which threads have freed the gate in a write that is still on its way to the others. An interlocked
/// operation and a monitor wait for the thread's own writes.
/// </summary>
internal sealed class GateModel(int threads, int rounds, GateFault fault)
{
    private const int Nobody = -1;

    /// <summary>How many states there are.</summary>
    public int States { get; private set; }

    /// <returns>What can go wrong; null when nothing can.</returns>
    public string? FindFault()
    {
        string places = string.Concat(Enumerable.Repeat((char)GatePlace.Enter, threads));
        State start = new(IsTaken: false, Sleepers: 0, Nobody, Freeing: 0, places, new string((char)rounds, threads));
        Dictionary<State, State[]> next = [];
        Queue<State> open = new([start]);
        while (open.TryDequeue(out State state))
        {
            if (next.ContainsKey(state))
                continue;
            if (state.Places.Count(place => place is (char)GatePlace.Inside or (char)GatePlace.Unlock) > 1)
                return $"two threads are inside: {state}";
            State[] following = [.. Enumerable.Range(0, threads).SelectMany(thread => Step(state, thread))];
            if (following.Length == 0 && !IsDone(state))
                return $"a thread sleeps for ever: {state}";
            next.Add(state, following);
            foreach (State one in following)
                open.Enqueue(one);
        }

        States = next.Count;
        return FindTrap(next);
    }

    private static bool IsDone(State state) => state.Freeing == 0 && state.Places.All(place => place == (char)GatePlace.Done);

    /// <summary>From every state the threads can still come to their ends.</summary>
    private static string? FindTrap(Dictionary<State, State[]> next)
    {
        ILookup<State, State> before = next.SelectMany(state => state.Value, (state, following) => (state.Key, following)).ToLookup(step => step.following, step => step.Key);
        HashSet<State> ending = [];
        Queue<State> open = new(next.Keys.Where(IsDone));
        while (open.TryDequeue(out State state))
        {
            if (!ending.Add(state))
                continue;
            foreach (State previous in before[state])
                open.Enqueue(previous);
        }

        foreach (State state in next.Keys)
        {
            if (!ending.Contains(state))
                return $"from here no thread comes to its end: {state}";
        }

        return null;
    }

    /// <summary>What one thread can do next, and what can happen to its write; nothing while it is asleep, or waits for the monitor.</summary>
    private State[] Step(State state, int thread) =>
        state.IsFreeing(thread) ? [state.Arrived(thread), .. StepOf(state, thread)] : StepOf(state, thread);

    private State[] StepOf(State state, int thread)
    {
        bool isFree = !state.IsTaken;
        bool mayGoOn = !state.IsFreeing(thread);
        bool mayLock = mayGoOn && state.Monitor == Nobody;
        return state.Place(thread) switch
        {
            GatePlace.Enter when fault == GateFault.TakesInTwoSteps && mayGoOn => [state.To(thread, isFree ? GatePlace.SeenFree : GatePlace.Spin)],
            GatePlace.Enter when mayGoOn => [isFree ? Take(state, thread) : state.To(thread, GatePlace.Spin)],
            GatePlace.SeenFree => [Take(state, thread)],
            GatePlace.Spin => [state.To(thread, isFree ? GatePlace.SpinTake : GatePlace.Lock)],
            GatePlace.SpinTake => [isFree ? Take(state, thread) : state.To(thread, GatePlace.Spin)],
            GatePlace.Lock when mayLock => [state.To(thread, Locked()) with { Monitor = thread }],
            GatePlace.Announce => [Announced(state, thread)],
            GatePlace.Barrier => [state.AllArrived().To(thread, GatePlace.Look)],
            GatePlace.Look => [Looked(state, thread)],
            GatePlace.Sleep => [state.To(thread, GatePlace.Asleep) with { Monitor = Nobody }],
            GatePlace.Woken when mayLock => [state.To(thread, GatePlace.Look) with { Monitor = thread }],
            GatePlace.Unlock => [Unlocked(state, thread)],
            GatePlace.Inside => [state.To(thread, GatePlace.Exit) with { Freeing = state.Freeing | (1 << thread) }],
            GatePlace.Exit => [state.Sleepers > 0 && fault != GateFault.NeverWakes ? state.To(thread, GatePlace.Wake) : Ended(state, thread)],
            GatePlace.Wake when mayLock => [state.To(thread, GatePlace.Pulse) with { Monitor = thread }],
            GatePlace.Pulse => Pulsed(state, thread),
            GatePlace.EndWake => [Ended(state with { Monitor = Nobody }, thread)],
            _ => [],
        };
    }

    private GatePlace Locked() => fault == GateFault.AnnouncesTooLate ? GatePlace.Look : GatePlace.Announce;

    private static State Take(State state, int thread) => state.To(thread, GatePlace.Inside) with { IsTaken = true };

    private State Announced(State state, int thread)
    {
        GatePlace next = fault switch
        {
            GateFault.AnnouncesTooLate => GatePlace.Sleep,
            GateFault.HasNoBarrier => GatePlace.Look,
            _ => GatePlace.Barrier,
        };
        return state.To(thread, next) with { Sleepers = state.Sleepers + 1 };
    }

    private State Looked(State state, int thread)
    {
        if (!state.IsTaken)
            return state.To(thread, GatePlace.Unlock) with { IsTaken = true };
        return state.To(thread, fault == GateFault.AnnouncesTooLate ? GatePlace.Announce : GatePlace.Sleep);
    }

    private State Unlocked(State state, int thread)
    {
        int sleepers = fault == GateFault.ForgetsOtherSleepers ? 0 : Math.Max(0, state.Sleepers - 1);
        return state.To(thread, GatePlace.Inside) with { Monitor = Nobody, Sleepers = sleepers };
    }

    /// <summary>Wakes any of those that sleep: which one is not for the gate to say.</summary>
    private State[] Pulsed(State state, int thread)
    {
        State pulsed = state.To(thread, GatePlace.EndWake);
        State[] woken = [.. Enumerable.Range(0, threads).Where(other => state.Place(other) == GatePlace.Asleep).Select(other => pulsed.To(other, GatePlace.Woken))];
        return woken.Length == 0 ? [pulsed] : woken;
    }

    private static State Ended(State state, int thread)
    {
        int left = state.RoundsLeft[thread] - 1;
        State ended = state with { RoundsLeft = Replace(state.RoundsLeft, thread, (char)left) };
        return ended.To(thread, left > 0 ? GatePlace.Enter : GatePlace.Done);
    }

    private static string Replace(string text, int index, char value) =>
        string.Create(text.Length, (text, index, value), static (span, given) =>
        {
            given.text.CopyTo(span);
            span[given.index] = given.value;
        });

    /// <summary>One state; a character for each thread, so that equal states compare equal.</summary>
    /// <param name="IsTaken">What all see of the gate.</param>
    /// <param name="Sleepers">Who has announced himself.</param>
    /// <param name="Monitor">Who has the monitor.</param>
    /// <param name="Freeing">A bit for each thread whose write that frees the gate only the thread itself has seen.</param>
    /// <param name="Places">Where the threads are.</param>
    /// <param name="RoundsLeft">How often they will still come back.</param>
    private readonly record struct State(bool IsTaken, int Sleepers, int Monitor, int Freeing, string Places, string RoundsLeft)
    {
        public GatePlace Place(int thread) => (GatePlace)Places[thread];

        public bool IsFreeing(int thread) => (Freeing & (1 << thread)) != 0;

        public State To(int thread, GatePlace place) => this with { Places = Replace(Places, thread, (char)place) };

        public State Arrived(int thread) => this with { IsTaken = false, Freeing = Freeing & ~(1 << thread) };

        public State AllArrived() => Freeing == 0 ? this : this with { IsTaken = false, Freeing = 0 };

        public override string ToString() =>
            $"{(IsTaken ? "taken" : "free")}, {Sleepers} sleepers, the monitor with {Monitor}, threads at {string.Join(", ", Places.Select(place => (GatePlace)place))}";
    }
}
