using System.Net;

namespace Rcmgr;

/// <summary>What is remembered of a scope while it is open. It does not keep the scope from being collected.</summary>
internal sealed class TrackedScope
{
    private readonly WeakReference<ResourceScope> _scope;
    private readonly ScopeKind _kind;
    private readonly string _name;
    private readonly PeerKey? _peer;
    private readonly IPAddress? _remoteAddress;
    private readonly ScopeUsage _openedWith;
    private readonly DateTimeOffset _openedAt;
    private readonly long _timestamp;
    private readonly OpeningStack _stack;

    public TrackedScope(ResourceScope scope, long number, TimeProvider timeProvider, OpeningStack stack)
    {
        _scope = new WeakReference<ResourceScope>(scope);
        _kind = scope.Kind;
        _name = scope.Name;
        _peer = ResourceScope.PeerOf(scope);
        _remoteAddress = (scope as ConnectionScope)?.RemoteAddress;
        _openedWith = scope.Usage;
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
        bool isAlive = _scope.TryGetTarget(out ResourceScope? scope);
        if (isAlive && age < olderThan)
            return null;
        return new ScopeLeak
        {
            Kind = _kind,
            Name = _name,
            Peer = (scope is null ? null : ResourceScope.PeerOf(scope)) ?? _peer,
            RemoteAddress = _remoteAddress,
            OpenedAt = _openedAt,
            Age = age,
            Use = scope?.Usage ?? _openedWith,
            IsCollected = !isAlive,
            OpenedBy = _stack.ToString(),
        };
    }
}
