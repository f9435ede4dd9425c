using System.Net;

namespace Rcmgr;

/// <summary>
/// What is remembered of a scope, or of a view of one, while it is open. It does not keep from being collected what has to be disposed.
/// </summary>
internal sealed class TrackedScope
{
    // What the program holds and has to dispose: the scope itself, or the view.
    private readonly WeakReference<object> _handle;
    private readonly bool _isView;
    private readonly ScopeKind _kind;
    private readonly string _name;
    private readonly PeerKey? _peer;
    private readonly IPAddress? _remoteAddress;
    private readonly ScopeUsage _openedWith;
    private readonly DateTimeOffset _openedAt;
    private readonly long _timestamp;
    private readonly OpeningStack _stack;

    public TrackedScope(object handle, ResourceScope scope, long number, TimeProvider timeProvider, OpeningStack stack)
    {
        _handle = new WeakReference<object>(handle);
        _isView = handle is ScopeView;
        _kind = scope.Kind;
        _name = scope.Name;
        _peer = ResourceScope.PeerOf(scope);
        _remoteAddress = (scope as ConnectionScope)?.RemoteAddress;
        _openedWith = _isView ? default : scope.Usage;
        _openedAt = timeProvider.GetUtcNow();
        _timestamp = timeProvider.GetTimestamp();
        _stack = stack;
        Number = number;
    }

    public long Number { get; }

    /// <summary>The scope as it is now; null when it is not older than <paramref name="olderThan"/> and can still be disposed.</summary>
    public ScopeLeak? Report(TimeSpan olderThan, TimeProvider timeProvider)
    {
        TimeSpan age = timeProvider.GetElapsedTime(_timestamp);
        bool isAlive = _handle.TryGetTarget(out object? handle);
        if (isAlive && age < olderThan)
            return null;
        ResourceScope? scope = handle as ResourceScope;
        return new ScopeLeak
        {
            Kind = _kind,
            Name = _name,
            Peer = (scope is null ? null : ResourceScope.PeerOf(scope)) ?? _peer,
            RemoteAddress = _remoteAddress,
            OpenedAt = _openedAt,
            Age = age,
            Use = scope?.Usage ?? _openedWith,
            IsView = _isView,
            IsCollected = !isAlive,
            OpenedBy = _stack.ToString(),
        };
    }
}
