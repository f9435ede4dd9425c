namespace Rcmgr;

/// <content>Looking at scopes without making or changing any.</content>
internal abstract partial class AccountingEngine
{
    /// <summary>Scopes at one instant, in the order given, whether they exist or not.</summary>
    public abstract PeekedScope[] Peek(params ReadOnlySpan<ScopeKey> scopes);

    /// <summary>At one instant, a scope and all that a reservation of memory on it is charged to, in the order in which they are asked.</summary>
    public abstract PeekedScope[] PeekPath(ResourceScope scope);
}

/// <content>Looking at scopes without making or changing any.</content>
internal sealed partial class AccountingEngine<TWide>
{
    public override PeekedScope[] Peek(params ReadOnlySpan<ScopeKey> scopes)
    {
        PeekedScope[] found = new PeekedScope[scopes.Length];
        using (_gate.EnterScope())
        {
            for (int i = 0; i < scopes.Length; i++)
                found[i] = Find(scopes[i]) is { } scope ? PeekedScope.Of(scope, Read(scope)) : new(scopes[i], default, LimitsOf(scopes[i]), IsClosed: false);
        }

        return found;
    }

    public override PeekedScope[] PeekPath(ResourceScope scope)
    {
        List<PeekedScope> path = [];
        using (_gate.EnterScope())
        {
            ResourceScope root = scope;
            for (; root is SpanScope span; root = span.Owner)
                path.Add(PeekedScope.Of(span, span.Held));
            Ancestors above = root.Ancestors;
            ReadOnlySpan<ResourceScope?> rest =
            [
                root is WideScope ? null : root, above.Peer, above.ProtocolPeer, above.ServicePeer, above.FirstWide, above.MiddleWide, above.LastWide,
            ];
            foreach (ResourceScope? level in rest)
            {
                if (level is not null)
                    path.Add(PeekedScope.Of(level, Read(level)));
            }
        }

        return [.. path];
    }

    private SharedScope? Find(in ScopeKey key) => key.Kind switch
    {
        ScopeKind.System => System,
        ScopeKind.Transient => Transient,
        ScopeKind.AllowlistedSystem => AllowlistedSystem,
        ScopeKind.AllowlistedTransient => AllowlistedTransient,
        ScopeKind.Service or ScopeKind.Protocol => FindGroup(key.Kind, (string)key.Subject!),
        ScopeKind.Peer => _peers.GetValueOrDefault((PeerKey)key.Subject!),
        ScopeKind.ProtocolPeer => FindShare(ScopeKind.Protocol, (string)key.Subject!, key.Peer!),
        ScopeKind.ServicePeer => FindShare(ScopeKind.Service, (string)key.Subject!, key.Peer!),
        _ => null,
    };

    private PeerSubScope? FindShare(ScopeKind kind, string name, PeerKey peer) =>
        FindGroup(kind, name) is { } group && _peers.TryGetValue(peer, out PeerScope? found) ? FindSubScope(found, group) : null;

    private ResourceLimits LimitsOf(in ScopeKey key) => key.Kind switch
    {
        ScopeKind.Service or ScopeKind.Protocol => GroupLimits(key.Kind, (string)key.Subject!),
        ScopeKind.Peer => PeerLimits((PeerKey)key.Subject!),
        _ => ConfiguredLimits.For(key.Kind, key.Subject),
    };
}
