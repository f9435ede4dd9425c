using System.Diagnostics;

namespace Rcmgr.Interop.Tests.Hosts;

/// <summary>Waits for what must come true, and fails when it has not by a generous deadline. Never decides by a fixed sleep.</summary>
internal static class Eventually
{
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(45);

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(5);

    /// <summary>Waits until <paramref name="condition"/> holds; <paramref name="describe"/> says what held instead.</summary>
    public static async Task HoldsAsync(Func<bool> condition, Func<string> describe)
    {
        Stopwatch waited = Stopwatch.StartNew();
        while (!condition())
        {
            if (waited.Elapsed > Deadline)
                Assert.Fail($"Not within {Deadline.TotalSeconds:0} s: {describe()}");
            await Task.Delay(Interval, TestContext.Current.CancellationToken);
        }
    }
}
