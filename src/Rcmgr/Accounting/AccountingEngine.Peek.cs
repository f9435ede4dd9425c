namespace Rcmgr;

/// <content>Looking at scopes without making or changing any.</content>
internal abstract partial class AccountingEngine
{
    /// <summary>Scopes at one instant, in the order given, whether they exist or not.</summary>
    public abstract PeekedScope[] Peek(params ReadOnlySpan<ScopeKey> scopes);

    /// <summary>At one instant, a scope and all that a reservation of memory on it is charged to, in the order in which they are asked.</summary>
    public abstract PeekedScope[] PeekPath(ResourceScope scope);
}

/// <content>Looking at scopes without making or changing any. With the gates of all shards: for those who can wait.</content>
internal sealed partial class AccountingEngine<TWide>
{
    public override PeekedScope[] Peek(params ReadOnlySpan<ScopeKey> scopes)
    {
        PeekedScope[] found = new PeekedScope[scopes.Length];
        Shard.EnterAll(_shards);
        try
        {
            for (int i = 0; i < scopes.Length; i++)
            {
                found[i] = Find(scopes[i]) is { } scope
                    ? PeekedScope.Of(scope, Read(scope), isClosed: false)
                    : new(scopes[i], default, LimitsOf(scopes[i]), IsClosed: false);
            }
        }
        finally
        {
            Shard.ExitAll(_shards);
        }

        return found;
    }

    public override PeekedScope[] PeekPath(ResourceScope scope)
    {
        List<PeekedScope> path = [];
        Shard.EnterAll(_shards);
        try
        {
            for (; scope is SpanScope span; scope = span.Owner)
                path.Add(PeekedScope.Of(span, span.Held, span.IsClosed));
            path.Add(PeekedScope.Of(scope, Read(scope), scope.IsClosed || (scope is WideScope wide && !IsInUse(wide))));
            foreach (ResourceScope? level in Above(scope))
            {
                if (level is not null)
                    path.Add(PeekedScope.Of(level, Read(level), isClosed: false));
            }
        }
        finally
        {
            Shard.ExitAll(_shards);
        }

        return [.. path];
    }

    /// <summary>The scopes of <see cref="ChargePath"/>, also for a group that its own shard has no account with.</summary>
    private static ResourceScope?[] Above(ResourceScope root)
    {
        if (root is WideScope wide)
            return [wide.Parent];
        ChargePath path = ChargePath.Of(root.Shard, root);
        return [path.Peer, path.ProtocolPeer, path.ServicePeer, path.First?.Scope, path.Middle?.Scope, path.Last?.Scope];
    }

    private SharedScope? Find(in ScopeKey key) => key.Kind switch
    {
        ScopeKind.System => System,
        ScopeKind.Transient => Transient,
        ScopeKind.AllowlistedSystem => AllowlistedSystem,
        ScopeKind.AllowlistedTransient => AllowlistedTransient,
        ScopeKind.Service or ScopeKind.Protocol =>
            Groups(key.Kind == ScopeKind.Service).GetValueOrDefault((string)key.Subject!) is { } group && IsInUse(group) ? group : null,
        ScopeKind.Peer => FindPeer((PeerKey)key.Subject!),
        ScopeKind.ProtocolPeer or ScopeKind.ServicePeer =>
            FindPeer(key.Peer!)?.SubScopes.Find(key.Kind == ScopeKind.ServicePeer, (string)key.Subject!) is { IsClosed: false } share ? share : null,
        _ => null,
    };

    private PeerScope? FindPeer(PeerKey key) => ShardOf(key).Peers.Find(key) is { IsClosed: false } peer ? peer : null;

    private ResourceLimits LimitsOf(in ScopeKey key) => key.Kind switch
    {
        ScopeKind.Service or ScopeKind.Protocol => GroupLimits(key.Kind == ScopeKind.Service, (string)key.Subject!),
        ScopeKind.Peer => PeerLimits(ShardOf((PeerKey)key.Subject!), (PeerKey)key.Subject!),
        _ => ConfiguredLimits.For(key.Kind, key.Subject),
    };
}
