using System.Collections.Concurrent;

namespace Rcmgr;

/// <summary>The limits that operations are judged by while nothing is refused: those of the manager, and those set on single scopes.</summary>
internal sealed class JudgedLimits(ResourceManagerLimits limits)
{
    private readonly ConcurrentDictionary<ScopeKey, ResourceLimits> _own = [];
    private ResourceManagerLimits _manager = limits;

    /// <summary>The limits of all scopes that have none of their own.</summary>
    public ResourceManagerLimits Manager
    {
        get => Volatile.Read(ref _manager);
        set => Volatile.Write(ref _manager, value);
    }

    public ResourceLimits Of(in ScopeKey key)
    {
        if (!_own.IsEmpty && _own.TryGetValue(key, out ResourceLimits? own))
            return own;
        return key.Subject is SpanScope span ? Of(span.Owner) : Manager.For(key.Kind, key.Subject);
    }

    public ResourceLimits Of(ResourceScope scope) => Of(KeyOf(scope));

    public bool HasOwn(in ScopeKey key) => _own.ContainsKey(key);

    public void Set(ResourceScope scope, ResourceLimits own) => _own[KeyOf(scope)] = own;

    /// <summary>A scope that only its holder knows has gone, and its limits with it.</summary>
    public void Forget(ResourceScope scope)
    {
        if (!_own.IsEmpty)
            _own.TryRemove(KeyOf(scope), out _);
    }

    private static ScopeKey KeyOf(ResourceScope scope) => new(scope.Kind, scope.NameSubject, scope.NamePeer);
}
