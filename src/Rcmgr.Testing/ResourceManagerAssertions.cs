namespace Rcmgr.Testing;

/// <summary>Assertions on a manager. They throw <see cref="LeakException"/>, so any test framework will do.</summary>
public static class ResourceManagerAssertions
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(10);

    /// <summary>
    /// Asserts that nothing is reserved, no scope is open and nothing was released that was not held. Leaks are named when the manager
    /// tracks them (<see cref="ResourceManagerOptions.LeakTracking"/>); else the message says how much is left. Nothing else may use the
    /// manager meanwhile.
    /// </summary>
    /// <exception cref="ArgumentNullException"><paramref name="manager"/> is null.</exception>
    /// <exception cref="LeakException">Something is left.</exception>
    public static void AssertNothingLeft(this ResourceManager manager)
    {
        ArgumentNullException.ThrowIfNull(manager);
        if (Describe(manager) is { } left)
            throw new LeakException(left);
    }

    /// <summary>Asserts as <see cref="AssertNothingLeft"/> does, but lets work that is about to end go on for a while first.</summary>
    /// <param name="manager">The manager.</param>
    /// <param name="patience">How long to wait for the last release.</param>
    /// <param name="timeProvider">The clock; the system's when null.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <exception cref="ArgumentNullException"><paramref name="manager"/> is null.</exception>
    /// <exception cref="LeakException">Something is left.</exception>
    /// <exception cref="OperationCanceledException">The waiting was cancelled.</exception>
    public static async Task AssertNothingLeftAsync(
        this ResourceManager manager, TimeSpan patience, TimeProvider? timeProvider = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(manager);
        TimeProvider clock = timeProvider ?? TimeProvider.System;
        long start = clock.GetTimestamp();
        while (Describe(manager) is { } left)
        {
            if (clock.GetElapsedTime(start) >= patience)
                throw new LeakException(left);
            await Task.Delay(Interval, clock, cancellationToken);
        }
    }

    private static string? Describe(ResourceManager manager)
    {
        LeftOvers left = new();
        if (manager.TracksLeaks)
            left.AddScopes(manager.FindLeaks().Scopes);
        left.AddUse(manager.System, before: default);
        left.AddUse(manager.AllowlistedSystem, before: default);
        left.AddFaults(manager.AccountingFaults);
        return left.IsEmpty ? null : $"Something is left in the resource manager:{left.Text}";
    }
}
