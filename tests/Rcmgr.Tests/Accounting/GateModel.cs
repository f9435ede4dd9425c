namespace Rcmgr.Tests.Accounting;

/// <summary>What can be wrong with a gate like <see cref="ParkingGate"/>.</summary>
public enum GateFault
{
    None,

    /// <summary>Looks whether the gate is free and takes it in two steps.</summary>
    TakesInTwoSteps,

    /// <summary>Announces itself before it has the monitor, and then sleeps without looking again.</summary>
    AnnouncesTooEarly,

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

    /// <summary>With the monitor, before the exchange that announces it.</summary>
    Announce,

    /// <summary>Has found the gate taken: before it sleeps, which gives the monitor up in the same step.</summary>
    Sleep,

    /// <summary>Asleep.</summary>
    Asleep,

    /// <summary>Woken, before it has the monitor again.</summary>
    Woken,

    /// <summary>Has the gate and still the monitor.</summary>
    Unlock,

    Inside,

    /// <summary>Has freed the gate and found it awaited: before it has the monitor.</summary>
    Wake,

    /// <summary>With the monitor, before it wakes somebody.</summary>
    Pulse,

    /// <summary>Has woken somebody and still has the monitor.</summary>
    EndWake,

    Done,
}

/// <summary>
/// All states that threads can bring the gate into, with every step of its code a step here: the word of the gate, who has the monitor, and
/// where each thread is.
/// </summary>
internal sealed class GateModel(int threads, int rounds, GateFault fault)
{
    private const int Nobody = -1;

    private enum Word : byte
    {
        Free,
        Taken,
        Awaited,
    }

    /// <summary>How many states there are.</summary>
    public int States { get; private set; }

    /// <returns>What can go wrong; null when nothing can.</returns>
    public string? FindFault()
    {
        State start = new(Word.Free, Nobody, string.Concat(Enumerable.Repeat((char)GatePlace.Enter, threads)), new string((char)rounds, threads));
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

    private static bool IsDone(State state) => state.Places.All(place => place == (char)GatePlace.Done);

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

    /// <summary>What one thread can do next; nothing while it is asleep, or waits for the monitor.</summary>
    private State[] Step(State state, int thread)
    {
        GatePlace place = state.Place(thread);
        bool isFree = state.Gate == Word.Free;
        bool hasMonitorFree = state.Monitor == Nobody;
        return place switch
        {
            GatePlace.Enter when fault == GateFault.TakesInTwoSteps => [state.To(thread, isFree ? GatePlace.SeenFree : GatePlace.Spin)],
            GatePlace.Enter => [isFree ? Take(state, thread) : state.To(thread, GatePlace.Spin)],
            GatePlace.SeenFree => [Take(state, thread)],
            GatePlace.Spin => isFree ? [state.To(thread, GatePlace.SpinTake)] : [state.To(thread, Sleeping())],
            GatePlace.SpinTake => [isFree ? Take(state, thread) : state.To(thread, GatePlace.Spin)],
            GatePlace.Lock when hasMonitorFree => [Locked(state, thread)],
            GatePlace.Announce => [Announced(state, thread)],
            GatePlace.Sleep => [state.To(thread, GatePlace.Asleep) with { Monitor = Nobody }],
            GatePlace.Woken when hasMonitorFree => [state.To(thread, GatePlace.Announce) with { Monitor = thread }],
            GatePlace.Unlock => [state.To(thread, GatePlace.Inside) with { Monitor = Nobody }],
            GatePlace.Inside => [Exited(state, thread)],
            GatePlace.Wake when hasMonitorFree => [state.To(thread, GatePlace.Pulse) with { Monitor = thread }],
            GatePlace.Pulse => Pulsed(state, thread),
            GatePlace.EndWake => [Ended(state with { Monitor = Nobody }, thread)],
            _ => [],
        };
    }

    private GatePlace Sleeping() => fault == GateFault.AnnouncesTooEarly ? GatePlace.Announce : GatePlace.Lock;

    private static State Take(State state, int thread) => state.To(thread, GatePlace.Inside) with { Gate = Word.Taken };

    private State Locked(State state, int thread) =>
        state.To(thread, fault == GateFault.AnnouncesTooEarly ? GatePlace.Sleep : GatePlace.Announce) with { Monitor = thread };

    private State Announced(State state, int thread)
    {
        bool wasFree = state.Gate == Word.Free;
        bool forgets = fault == GateFault.ForgetsOtherSleepers && wasFree;
        State announced = state with { Gate = forgets ? Word.Taken : Word.Awaited };
        if (fault == GateFault.AnnouncesTooEarly && state.Monitor != thread)
            return announced.To(thread, wasFree ? GatePlace.Inside : GatePlace.Lock);
        return announced.To(thread, wasFree ? GatePlace.Unlock : GatePlace.Sleep);
    }

    private State Exited(State state, int thread)
    {
        State freed = state with { Gate = Word.Free };
        return state.Gate == Word.Awaited && fault != GateFault.NeverWakes ? freed.To(thread, GatePlace.Wake) : Ended(freed, thread);
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
    private readonly record struct State(Word Gate, int Monitor, string Places, string RoundsLeft)
    {
        public GatePlace Place(int thread) => (GatePlace)Places[thread];

        public State To(int thread, GatePlace place) => this with { Places = Replace(Places, thread, (char)place) };

        public override string ToString() =>
            $"{Gate}, the monitor with {Monitor}, threads at {string.Join(", ", Places.Select(place => (GatePlace)place))}";
    }
}
