using System.Collections.Concurrent;
using System.Runtime.CompilerServices;

namespace Rcmgr;

/// <summary>
/// Remembers the scopes that are open, and the views of shared ones. How many is bounded by the options, so that a program that loses
/// spans does not lose memory to the search for them.
/// </summary>
internal sealed class LeakTracker(LeakTrackingOptions options, TimeProvider timeProvider) : ILeafObserver
{
    private readonly ConditionalWeakTable<object, TrackedScope> _byHandle = [];
    private readonly ConcurrentDictionary<long, TrackedScope> _open = [];
    private long _lastNumber;
    private long _notTracked;
    private int _count;

    public void Opened(ResourceScope leaf) => Remember(leaf, leaf);

    public void Opened(ScopeView view) => Remember(view, view.Scope);

    public void Closed(ResourceScope leaf) => Forget(leaf);

    public void Closed(ScopeView view) => Forget(view);

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

    private void Remember(object handle, ResourceScope scope)
    {
        if (Interlocked.Increment(ref _count) > options.MaxScopes)
        {
            Interlocked.Decrement(ref _count);
            Interlocked.Increment(ref _notTracked);
            return;
        }

        TrackedScope tracked = new(handle, scope, Interlocked.Increment(ref _lastNumber), timeProvider, OpeningStack.Capture(options));
        _open[tracked.Number] = tracked;
        _byHandle.Add(handle, tracked);
    }

    private void Forget(object handle)
    {
        if (_byHandle.TryGetValue(handle, out TrackedScope? tracked) && _open.TryRemove(tracked.Number, out _))
            Interlocked.Decrement(ref _count);
    }
}
