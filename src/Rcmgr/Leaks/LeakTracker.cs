using System.Collections.Concurrent;
using System.Runtime.CompilerServices;

namespace Rcmgr;

/// <summary>
/// Remembers the scopes that are open. How many is bounded by the options, so that a program that loses spans does not lose memory to
/// the search for them.
/// </summary>
internal sealed class LeakTracker(LeakTrackingOptions options, TimeProvider timeProvider) : ILeafObserver
{
    private readonly ConditionalWeakTable<ResourceScope, TrackedScope> _byScope = [];
    private readonly ConcurrentDictionary<long, TrackedScope> _open = [];
    private long _lastNumber;
    private long _notTracked;
    private int _count;

    public void Opened(ResourceScope leaf)
    {
        if (Interlocked.Increment(ref _count) > options.MaxScopes)
        {
            Interlocked.Decrement(ref _count);
            Interlocked.Increment(ref _notTracked);
            return;
        }

        TrackedScope tracked = new(leaf, Interlocked.Increment(ref _lastNumber), timeProvider, OpeningStack.Capture(options));
        _open[tracked.Number] = tracked;
        _byScope.Add(leaf, tracked);
    }

    public void Closed(ResourceScope leaf)
    {
        if (_byScope.TryGetValue(leaf, out TrackedScope? tracked) && _open.TryRemove(tracked.Number, out _))
            Interlocked.Decrement(ref _count);
    }

    public LeakReport Find(TimeSpan olderThan)
    {
        List<ScopeLeak> found = [];
        foreach (TrackedScope tracked in _open.Values.OrderBy(static tracked => tracked.Number))
        {
            if (tracked.Report(olderThan, timeProvider) is { } leak)
                found.Add(leak);
        }

        return new LeakReport(found, Interlocked.Read(ref _notTracked));
    }
}
