using System.Diagnostics;
using CsCheck;

namespace Rcmgr.Tests.Accounting;

/// <summary>Small histories on two threads: some order of the operations explains every outcome and the final state.</summary>
public sealed class LinearizabilityTests
{
    private const int Rounds = 400;

    private static readonly Gen<int[]> Program = Gen.Int[0, SmallHistory.Operations - 1].Array[1, 4];

    [Theory]
    [InlineData(Counting.SingleGate)]
    [InlineData(Counting.Parked)]
    [InlineData(Counting.ParkedWidely)]
    [InlineData(Counting.ParkedStrict)]
    public Task Some_sequential_order_explains_every_concurrent_history(Counting counting) =>
        Gen.Select(Program, Program).SampleAsync(
            async (left, right) =>
            {
                SmallHistory history = await SmallHistory.RunAsync(limits => counting.Create(limits), left, right, RunTogether);
                Assert.True(history.IsExplained(), $"no order explains {history}");
            },
            iter: Rounds,
            threads: 1);

    private static Task RunTogether(Action left, Action right)
    {
        int ready = 0;
        Thread other = new(() => Start(right));
        other.Start();
        Start(left);
        other.Join();
        return Task.CompletedTask;

        void Start(Action program)
        {
            Interlocked.Increment(ref ready);
            long patience = Stopwatch.GetTimestamp() + Stopwatch.Frequency / 1000;
            while (Volatile.Read(ref ready) < 2 && Stopwatch.GetTimestamp() < patience)
                Thread.Yield();
            program();
        }
    }
}
