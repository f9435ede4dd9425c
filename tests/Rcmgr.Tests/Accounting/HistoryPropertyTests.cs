using CsCheck;
using Rcmgr.Tool.Conformance.Model;

namespace Rcmgr.Tests.Accounting;

public sealed class HistoryPropertyTests
{
    [Fact]
    public void Every_history_goes_as_the_reference_model_says_and_leaves_nothing_behind() =>
        Gen.Select(Histories.ManagerLimits, Histories.Step.Array[1, 60], Histories.Limits)
            .Sample((limits, steps, replacement) =>
            {
                Lockstep lockstep = Run(limits, steps, replacement, misuses: false);
                Histories.Finish(lockstep);
                Assert.Null(lockstep.Difference);
                lockstep.Manager.AssertEmpty();
                Assert.Equal(0, lockstep.Manager.AccountingFaults);
            }, iter: 600);

    [Fact]
    public void Every_history_with_releases_of_too_much_goes_as_the_reference_model_says() =>
        Gen.Select(Histories.ManagerLimits, Histories.Step.Array[1, 60], Histories.Limits)
            .Sample((limits, steps, replacement) => Assert.Null(Run(limits, steps, replacement, misuses: true).Difference), iter: 300);

    [Fact]
    public void Without_limits_no_history_wraps_a_counter() =>
        Histories.Step.Array[1, 60]
            .Sample(steps => Assert.Null(Run(TestManagers.Infinite, steps, TestManagers.All, misuses: false).Difference), iter: 300);

    private static Lockstep Run(ResourceManagerLimits limits, HistoryStep[] steps, ResourceLimits replacement, bool misuses)
    {
        Lockstep lockstep = new(limits, Histories.Allowlist());
        foreach (HistoryStep step in steps)
        {
            Histories.Run(lockstep, step, replacement, misuses);
            Assert.True(lockstep.Difference is null, $"{step}: {lockstep.Difference}");
        }

        return lockstep;
    }
}
