using System.Runtime.CompilerServices;

namespace Rcmgr.Libp2p.Tests.Swarm;

/// <summary>Waits for what other threads bring about.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);

    public static async Task IsTrueAsync(Func<bool> condition, [CallerArgumentExpression(nameof(condition))] string? what = null)
    {
        long start = TimeProvider.System.GetTimestamp();
        while (!condition())
        {
            if (TimeProvider.System.GetElapsedTime(start) > Deadline)
                Assert.Fail($"Did not come true: {what}");
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Every scope of the manager holds nothing, and nothing was ever released twice.</summary>
    public static async Task HoldsNothingAsync(ResourceManager manager)
    {
        long start = TimeProvider.System.GetTimestamp();
        while (manager.TakeSnapshot().Scopes.FirstOrDefault(scope => !scope.Use.IsZero) is { } held)
        {
            if (TimeProvider.System.GetElapsedTime(start) > Deadline)
                Assert.Fail($"{held.Name} still holds {held.Use}");
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }

        Assert.Equal(0, manager.AccountingFaults);
    }
}
