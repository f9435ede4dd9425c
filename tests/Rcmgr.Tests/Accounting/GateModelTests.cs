namespace Rcmgr.Tests.Accounting;

/// <summary>Every interleaving of the steps of <see cref="ParkingGate"/>, in a model of it: the exploration cannot see inside the gate itself.</summary>
public sealed class GateModelTests
{
    [Theory]
    [InlineData(2, 3)]
    [InlineData(3, 2)]
    [InlineData(4, 1)]
    public void At_most_one_thread_is_inside_and_nobody_sleeps_for_ever(int threads, int rounds)
    {
        GateModel model = new(threads, rounds, GateFault.None);

        Assert.Null(model.FindFault());
        Assert.True(model.States > 500, $"only {model.States} states");
    }

    [Theory]
    [InlineData(GateFault.TakesInTwoSteps, "two threads are inside")]
    [InlineData(GateFault.AnnouncesTooLate, "a thread sleeps for ever")]
    [InlineData(GateFault.HasNoBarrier, "a thread sleeps for ever")]
    [InlineData(GateFault.ForgetsOtherSleepers, "a thread sleeps for ever")]
    [InlineData(GateFault.NeverWakes, "a thread sleeps for ever")]
    public void A_planted_fault_is_found(GateFault fault, string finding) =>
        Assert.StartsWith(finding, new GateModel(threads: 3, rounds: 1, fault).FindFault(), StringComparison.Ordinal);
}
