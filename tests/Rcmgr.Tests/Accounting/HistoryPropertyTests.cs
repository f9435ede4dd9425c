using CsCheck;
using Rcmgr.Tool.Conformance.Model;

namespace Rcmgr.Tests.Accounting;

public sealed class HistoryPropertyTests
{
    [Theory]
    [InlineData(Counting.SingleGate)]
    [InlineData(Counting.Parked)]
    [InlineData(Counting.ParkedWidely)]
    [InlineData(Counting.ParkedStrict)]
    public void Every_history_goes_as_the_reference_model_says_and_leaves_nothing_behind(Counting counting) =>
        Gen.Select(Histories.ManagerLimits, Histories.Step.Array[1, 60], Histories.Limits)
            .Sample((limits, steps, replacement) =>
            {
                Lockstep lockstep = Run(counting, limits, steps, replacement, misuses: false);
                Histories.Finish(lockstep);
                Assert.Null(lockstep.Difference);
                lockstep.Manager.AssertEmpty();
                Assert.Equal(0, lockstep.Manager.AccountingFaults);
            }, iter: Histories.ToRun(600));

    [Theory]
    [InlineData(Counting.SingleGate)]
    [InlineData(Counting.Parked)]
    [InlineData(Counting.ParkedWidely)]
    [InlineData(Counting.ParkedStrict)]
    public void Every_history_with_releases_of_too_much_goes_as_the_reference_model_says(Counting counting) =>
        Gen.Select(Histories.ManagerLimits, Histories.Step.Array[1, 60], Histories.Limits)
            .Sample((limits, steps, replacement) => Assert.Null(Run(counting, limits, steps, replacement, misuses: true).Difference), iter: Histories.ToRun(300));

    [Theory]
    [InlineData(Counting.SingleGate)]
    [InlineData(Counting.Parked)]
    [InlineData(Counting.ParkedWidely)]
    [InlineData(Counting.ParkedStrict)]
    public void Without_limits_no_history_wraps_a_counter(Counting counting) =>
        Histories.Step.Array[1, 60]
            .Sample(steps => Assert.Null(Run(counting, TestManagers.Infinite, steps, TestManagers.All, misuses: false).Difference), iter: Histories.ToRun(300));

    private static Lockstep Run(Counting counting, ResourceManagerLimits limits, HistoryStep[] steps, ResourceLimits replacement, bool misuses)
    {
        Lockstep lockstep = new(limits, counting.Create(limits, Histories.Allowlist()));
        foreach (HistoryStep step in steps)
        {
            Histories.Run(lockstep, step, replacement, misuses);
            Assert.True(lockstep.Difference is null, $"{step}: {lockstep.Difference}");
        }

        return lockstep;
    }
}
