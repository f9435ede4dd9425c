using Rcmgr.Tool.Conformance.Model;
using static Rcmgr.Tests.Accounting.TestManagers;

namespace Rcmgr.Tests.Accounting;

/// <summary>
/// Two short programs that run at the same time on one manager with tight limits, what each operation came to, and what was held in the
/// end. However the two were interleaved, some order of the operations must explain all of it.
/// </summary>
internal sealed record SmallHistory(
    int[] Left, int[] Right, ModelOutcome[] LeftOutcomes, ModelOutcome[] RightOutcomes, Dictionary<string, ScopeUsage> State)
{
    /// <summary>Operations are numbers below this.</summary>
    public const int Operations = 14;

    private static readonly ResourceLimits Two = new(2, 2, 2, 2, 2, 2, 2, 100);

    private static readonly ResourceManagerLimits Limits = Infinite with
    {
        System = Two with { Streams = 3, Connections = 3, Memory = 150 },
        Transient = Two,
        PeerDefault = Two with { Connections = 1 },
        ProtocolDefault = Two with { Streams = 1 },
        ServiceDefault = Two with { Streams = 1, Memory = 60 },
    };

    /// <summary>Runs the programs; <paramref name="runBoth"/> decides how.</summary>
    public static async Task<SmallHistory> RunAsync(
        Func<ResourceManagerLimits, ResourceManager> create, int[] left, int[] right, Func<Action, Action, Task> runBoth)
    {
        using ResourceManager manager = create(Limits);
        ConnectionScope[] connections = [manager.OpenConnection(Direction.Inbound, true), manager.OpenConnection(Direction.Inbound, false)];
        StreamScope[] streams = [manager.OpenStream(Alice, Direction.Inbound), manager.OpenStream(Bob, Direction.Inbound)];
        Dictionary<string, string> names = new()
        {
            [connections[0].Name] = "c0",
            [connections[1].Name] = "c1",
            [streams[0].Name] = "s0",
            [streams[1].Name] = "s1",
        };
        ModelOutcome[] leftOutcomes = new ModelOutcome[left.Length];
        ModelOutcome[] rightOutcomes = new ModelOutcome[right.Length];
        await runBoth(() => Perform(left, leftOutcomes), () => Perform(right, rightOutcomes));
        return new SmallHistory(left, right, leftOutcomes, rightOutcomes, manager.AllUse());

        void Perform(int[] program, ModelOutcome[] outcomes)
        {
            for (int i = 0; i < program.Length; i++)
                outcomes[i] = Apply(manager, connections, streams, program[i], names);
        }
    }

    /// <summary>Whether some order of the operations explains every outcome and the final state.</summary>
    public bool IsExplained() => Orders(Left.Length, Right.Length).Any(Explains);

    public override string ToString() =>
        $"[{string.Join(' ', Left)}] {string.Join<ModelOutcome>(' ', LeftOutcomes)} | [{string.Join(' ', Right)}] {string.Join<ModelOutcome>(' ', RightOutcomes)}";

    private static ModelOutcome Apply(
        ResourceManager manager, ConnectionScope[] connections, StreamScope[] streams, int operation, Dictionary<string, string> names)
    {
        int which = operation & 1;
        bool done = true;
        Refusal refusal = default;
        switch (operation / 2)
        {
            case 0:
                done = connections[which].TrySetPeer(Alice, out refusal);
                break;
            case 1:
                done = streams[which].TrySetProtocol("x", out refusal);
                break;
            case 2:
                done = streams[which].TrySetService("y", out refusal);
                break;
            case 3:
                done = ((ResourceScope)(which == 0 ? connections[0] : streams[1])).TryReserveMemory(60, MemoryPriority.Always, out refusal);
                break;
            case 4:
                connections[which].Dispose();
                break;
            case 5:
                streams[which].Dispose();
                break;
            default:
                done = which == 0
                    ? manager.TryOpenConnection(Direction.Inbound, false, null, out _, out refusal)
                    : manager.TryOpenStream(Alice, Direction.Outbound, out _, out refusal);
                break;
        }

        ModelOutcome outcome = Lockstep.Outcome(done, refusal, isAttached: operation / 2 != 2 || streams[which].ServiceScope is not null);
        return outcome.At is not null && names.TryGetValue(outcome.At, out string? handle) ? outcome with { At = handle } : outcome;
    }

    private static ModelOutcome Apply(ReferenceModel model, int operation, string id)
    {
        int which = operation & 1;
        switch (operation / 2)
        {
            case 0:
                return model.SetPeer($"c{which}", Alice.Text);
            case 1:
                return model.SetProtocol($"s{which}", "x");
            case 2:
                return model.SetService($"s{which}", "y");
            case 3:
                return model.ReserveMemory(which == 0 ? "c0" : "s1", 60, MemoryPriority.Always);
            case 4:
                model.Close($"c{which}");
                return ModelOutcome.Ok;
            case 5:
                model.Close($"s{which}");
                return ModelOutcome.Ok;
            default:
                return which == 0
                    ? model.OpenConnection(id, Direction.Inbound, usesFileDescriptor: false, null)
                    : model.OpenStream(id, Alice.Text, Direction.Outbound);
        }
    }

    private bool Explains(bool[] order)
    {
        ReferenceModel model = new(Limits, () => []);
        model.OpenConnection("c0", Direction.Inbound, usesFileDescriptor: true, null);
        model.OpenConnection("c1", Direction.Inbound, usesFileDescriptor: false, null);
        model.OpenStream("s0", Alice.Text, Direction.Inbound);
        model.OpenStream("s1", Bob.Text, Direction.Inbound);
        int left = 0;
        int right = 0;
        foreach (bool takesLeft in order)
        {
            (int operation, ModelOutcome actual) = takesLeft
                ? (Left[left], LeftOutcomes[left++])
                : (Right[right], RightOutcomes[right++]);
            if (Apply(model, operation, $"n{left}-{right}") != actual)
                return false;
        }

        Dictionary<string, ScopeUsage> state = model.SharedUsage();
        return state.Count == State.Count && state.All(scope => State.TryGetValue(scope.Key, out ScopeUsage use) && use == scope.Value);
    }

    /// <summary>All interleavings; true takes the next operation of the left thread.</summary>
    private static IEnumerable<bool[]> Orders(int left, int right)
    {
        if (left == 0 && right == 0)
            return [[]];
        IEnumerable<bool[]> startingLeft = left == 0 ? [] : Orders(left - 1, right).Select(rest => (bool[])[true, .. rest]);
        return startingLeft.Concat(right == 0 ? [] : Orders(left, right - 1).Select(rest => (bool[])[false, .. rest]));
    }
}
