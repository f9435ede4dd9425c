using System.Diagnostics;
using CsCheck;
using Rcmgr.Tool.Conformance.Model;
using static Rcmgr.Tests.Accounting.TestManagers;

namespace Rcmgr.Tests.Accounting;

/// <summary>Small histories on two threads: some order of the operations explains every outcome and the final state.</summary>
public sealed class LinearizabilityTests
{
    private const int Rounds = 400;

    private static readonly ResourceLimits Two = new(2, 2, 2, 2, 2, 2, 2, 100);

    private static readonly ResourceManagerLimits Limits = Infinite with
    {
        System = Two with { Streams = 3, Connections = 3, Memory = 150 },
        Transient = Two,
        PeerDefault = Two with { Connections = 1 },
        ProtocolDefault = Two with { Streams = 1 },
        ServiceDefault = Two with { Streams = 1, Memory = 60 },
    };

    private static readonly Gen<int[]> Program = Gen.Int[0, 13].Array[1, 4];

    [Theory]
    [InlineData(Counting.SingleGate)]
    [InlineData(Counting.Parked)]
    [InlineData(Counting.ParkedWidely)]
    [InlineData(Counting.ParkedStrict)]
    public void Some_sequential_order_explains_every_concurrent_history(Counting counting) =>
        Gen.Select(Program, Program).Sample(
            (left, right) =>
            {
                Run run = Execute(counting, left, right);
                Assert.True(Orders(left.Length, right.Length).Any(order => Explains(run, order)), $"no order explains {run}");
            },
            iter: Rounds,
            threads: 1);

    private static Run Execute(Counting counting, int[] left, int[] right)
    {
        ResourceManager manager = counting.Create(Limits);
        ConnectionScope[] connections = [manager.OpenConnection(Direction.Inbound, true), manager.OpenConnection(Direction.Inbound, false)];
        StreamScope[] streams = [manager.OpenStream(Alice, Direction.Inbound), manager.OpenStream(Bob, Direction.Inbound)];
        Dictionary<string, string> names = new() { ["conn-1"] = "c0", ["conn-2"] = "c1", ["stream-1"] = "s0", ["stream-2"] = "s1" };
        ModelOutcome[] leftOutcomes = new ModelOutcome[left.Length];
        ModelOutcome[] rightOutcomes = new ModelOutcome[right.Length];
        int ready = 0;

        void Perform(int[] program, ModelOutcome[] outcomes)
        {
            Interlocked.Increment(ref ready);
            long patience = Stopwatch.GetTimestamp() + Stopwatch.Frequency / 1000;
            while (Volatile.Read(ref ready) < 2 && Stopwatch.GetTimestamp() < patience)
                Thread.Yield();
            for (int i = 0; i < program.Length; i++)
                outcomes[i] = Apply(manager, connections, streams, program[i], names);
        }

        Thread other = new(() => Perform(right, rightOutcomes));
        other.Start();
        Perform(left, leftOutcomes);
        other.Join();
        return new Run(left, right, leftOutcomes, rightOutcomes, manager.AllUse());
    }

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

    private static bool Explains(Run run, bool[] order)
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
                ? (run.Left[left], run.LeftOutcomes[left++])
                : (run.Right[right], run.RightOutcomes[right++]);
            if (Apply(model, operation, $"n{left}-{right}") != actual)
                return false;
        }

        Dictionary<string, ScopeUsage> state = model.SharedUsage();
        return state.Count == run.State.Count && state.All(scope => run.State.TryGetValue(scope.Key, out ScopeUsage use) && use == scope.Value);
    }

    /// <summary>All interleavings; true takes the next operation of the left thread.</summary>
    private static IEnumerable<bool[]> Orders(int left, int right)
    {
        if (left == 0 && right == 0)
            return [[]];
        IEnumerable<bool[]> startingLeft = left == 0 ? [] : Orders(left - 1, right).Select(rest => (bool[])[true, .. rest]);
        return startingLeft.Concat(right == 0 ? [] : Orders(left, right - 1).Select(rest => (bool[])[false, .. rest]));
    }

    private sealed record Run(
        int[] Left, int[] Right, ModelOutcome[] LeftOutcomes, ModelOutcome[] RightOutcomes, Dictionary<string, ScopeUsage> State)
    {
        public override string ToString() =>
            $"[{string.Join(' ', Left)}] {string.Join<ModelOutcome>(' ', LeftOutcomes)} | [{string.Join(' ', Right)}] {string.Join<ModelOutcome>(' ', RightOutcomes)}";
    }
}
