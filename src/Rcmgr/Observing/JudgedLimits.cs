using System.Collections.Concurrent;

namespace Rcmgr;

/// <summary>The limits that operations are judged by while nothing is refused: those of the manager, and those set on single scopes.</summary>
internal sealed class JudgedLimits(ResourceManagerLimits limits)
{
    private readonly ConcurrentDictionary<ScopeKey, ResourceLimits> _own = [];

    public ResourceLimits Of(in ScopeKey key)
    {
        if (!_own.IsEmpty && _own.TryGetValue(key, out ResourceLimits? own))
            return own;
        return key.Kind switch
        {
            ScopeKind.System => limits.System,
            ScopeKind.Transient => limits.Transient,
            ScopeKind.AllowlistedSystem => limits.AllowlistedSystem,
            ScopeKind.AllowlistedTransient => limits.AllowlistedTransient,
            ScopeKind.Service => limits.ServiceLimits((string)key.Subject!),
            ScopeKind.ServicePeer => limits.ServicePeerLimits((string)key.Subject!),
            ScopeKind.Protocol => limits.ProtocolLimits((string)key.Subject!),
            ScopeKind.ProtocolPeer => limits.ProtocolPeerLimits((string)key.Subject!),
            ScopeKind.Peer => limits.PeerLimits((PeerKey)key.Subject!),
            ScopeKind.Connection => limits.Connection,
            ScopeKind.Stream => limits.Stream,
            _ => Of(KeyOf(((SpanScope)key.Subject!).Owner)),
        };
    }

    public ResourceLimits Of(ResourceScope scope) => Of(KeyOf(scope));

    public void Set(ResourceScope scope, ResourceLimits own) => _own[KeyOf(scope)] = own;

    /// <summary>A scope that only its holder knows has gone, and its limits with it.</summary>
    public void Forget(ResourceScope scope)
    {
        if (!_own.IsEmpty)
            _own.TryRemove(KeyOf(scope), out _);
    }

    private static ScopeKey KeyOf(ResourceScope scope) => new(scope.Kind, scope.NameSubject, scope.NamePeer);
}
