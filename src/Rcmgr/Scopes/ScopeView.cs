namespace Rcmgr;

/// <summary>
/// Keeps a peer, protocol or service scope in being while one looks at it, reserves on it or begins spans on it
/// (specification §1.4). Dispose it when done; disposing it again does nothing.
/// </summary>
public sealed class ScopeView : IDisposable
{
    private readonly SharedScope _scope;
    private LeakTracker? _tracker;
    private int _disposed;

    internal ScopeView(SharedScope scope)
    {
        _scope = scope;
    }

    /// <summary>The scope. Memory reserved directly on it is charged to it and to the system scope, and keeps it in being.</summary>
    public ResourceScope Scope => _scope;

    /// <summary>Lets the scope go away when nothing else needs it.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;
        _scope.Engine.EndView(_scope);
        _tracker?.Closed(this);
    }

    /// <summary>Has the view named as a leak until it is disposed. Before anybody else knows it.</summary>
    internal ScopeView TrackedBy(LeakTracker? tracker)
    {
        _tracker = tracker;
        tracker?.Opened(this);
        return this;
    }
}
