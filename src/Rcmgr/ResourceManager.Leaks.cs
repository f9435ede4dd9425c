namespace Rcmgr;

/// <content>Scopes that nobody disposes.</content>
public sealed partial class ResourceManager
{
    private LeakTracker? _leaks;

    /// <summary>Whether the manager remembers where scopes were opened: see <see cref="ResourceManagerOptions.LeakTracking"/>.</summary>
    public bool TracksLeaks => _leaks is not null;

    /// <summary>
    /// The connections, streams, spans and views that are open, with what they hold and who opened them: those that are older than
    /// <paramref name="olderThan"/>, and all that were collected without having been disposed. Costs time in proportion to the open scopes.
    /// </summary>
    /// <param name="olderThan">How long a scope may be open before it is suspect; zero finds every open scope.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="olderThan"/> is negative.</exception>
    /// <exception cref="InvalidOperationException">The manager was created without <see cref="ResourceManagerOptions.LeakTracking"/>.</exception>
    public LeakReport FindLeaks(TimeSpan olderThan = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(olderThan, TimeSpan.Zero);
        LeakTracker leaks = _leaks
            ?? throw new InvalidOperationException($"This manager does not track leaks: set {nameof(ResourceManagerOptions)}.{nameof(ResourceManagerOptions.LeakTracking)}.");
        return leaks.Find(olderThan);
    }

    private void TrackLeaks(LeakTrackingOptions options, TimeProvider timeProvider)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(options.MaxStackFrames);
        ArgumentOutOfRangeException.ThrowIfNegative(options.MaxScopes);
        _leaks = new LeakTracker(options, timeProvider);
        _engine.ObserveLeaves(_leaks);
    }
}
