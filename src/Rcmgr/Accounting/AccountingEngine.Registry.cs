using System.Diagnostics.CodeAnalysis;

namespace Rcmgr;

/// <content>
/// Which shared scopes exist (specification §1.4, §1.5). A peer, protocol or service scope is made when something is charged
/// to it and goes away with the last reference, unless it still holds memory; so the tables hold what is in use and no more.
/// </content>
internal sealed partial class AccountingEngine<TWide>
{
    private readonly Dictionary<PeerKey, PeerScope> _peers = [];
    private readonly Dictionary<string, WideScope> _protocols = new(StringComparer.Ordinal);
    private readonly Dictionary<string, WideScope> _services = new(StringComparer.Ordinal);

    // Limits that were set on a live scope stay in force for its key after the scope has gone.
    private readonly Dictionary<PeerKey, ResourceLimits> _peerOverrides = [];
    private readonly Dictionary<string, ResourceLimits> _protocolOverrides = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ResourceLimits> _serviceOverrides = new(StringComparer.Ordinal);

    public override ScopeView ViewPeer(PeerKey peer)
    {
        using (_gate.EnterScope())
            return View(GetOrAddPeer(peer));
    }

    public override ScopeView ViewGroup(ScopeKind kind, string name)
    {
        using (_gate.EnterScope())
            return View(FindGroup(kind, name) ?? AddGroup(kind, name));
    }

    public override void EndView(SharedScope scope)
    {
        using (_gate.EnterScope())
            DropReference(scope);
    }

    public override void SetLimits(ResourceScope scope, ResourceLimits limits)
    {
        using (_gate.EnterScope())
        {
            scope.OwnLimits = limits;
            if (scope is PeerScope peer)
                ReplacePeerLimits(peer.Key, limits);
            else if (scope is WideScope { Kind: ScopeKind.Protocol or ScopeKind.Service } group)
                ReplaceGroupLimits(group.Kind, group.GroupName, limits);
        }
    }

    // The scope that was asked may be gone; the limits are for the one that has its key now, too.
    private void ReplacePeerLimits(PeerKey key, ResourceLimits limits)
    {
        _peerOverrides[key] = limits;
        if (_peers.TryGetValue(key, out PeerScope? live))
            live.OwnLimits = limits;
    }

    private void ReplaceGroupLimits(ScopeKind kind, string name, ResourceLimits limits)
    {
        Overrides(kind)[name] = limits;
        if (FindGroup(kind, name) is { } live)
            live.OwnLimits = limits;
    }

    private static ScopeView View(SharedScope scope)
    {
        ScopeView view = new(scope);
        scope.References++;
        return view;
    }

    private ResourceLimits PeerLimits(PeerKey key) =>
        _peerOverrides.Count > 0 && _peerOverrides.TryGetValue(key, out ResourceLimits? limits) ? limits : ConfiguredLimits.PeerLimits(key);

    private ResourceLimits GroupLimits(ScopeKind kind, string name) =>
        Overrides(kind).TryGetValue(name, out ResourceLimits? limits) ? limits : ConfiguredLimits.For(kind, name);

    private Dictionary<string, ResourceLimits> Overrides(ScopeKind kind) =>
        kind == ScopeKind.Protocol ? _protocolOverrides : _serviceOverrides;

    private PeerScope GetOrAddPeer(PeerKey key)
    {
        if (_peers.TryGetValue(key, out PeerScope? peer))
            return peer;
        return _peers[key] = new PeerScope(this, ConfiguredLimits.PeerLimits(key), key, System)
        {
            OwnLimits = _peerOverrides.GetValueOrDefault(key),
        };
    }

    private bool AllowsPeer(PeerKey key, in UsageVector delta, ChargeParts parts, out Refusal refusal)
    {
        _peers.TryGetValue(key, out PeerScope? peer);
        if (LimitCheck.Allows(peer?.CurrentLimits ?? PeerLimits(key), peer?.Held ?? default, delta, parts, out Violation violation))
        {
            refusal = default;
            return true;
        }

        refusal = Refusal.OfLimit(ScopeKind.Peer, key, null, violation);
        return false;
    }

    /// <summary>Finds or makes the scope of a peer that has room for <paramref name="delta"/>. A refused peer gets no scope.</summary>
    private bool TryAdmitToPeer(
        PeerKey key, in UsageVector delta, [NotNullWhen(true)] out PeerScope? peer, out Refusal refusal)
    {
        bool allowed = AllowsPeer(key, delta, ChargeParts.Transfer, out refusal);
        peer = allowed ? GetOrAddPeer(key) : null;
        return allowed;
    }

    private WideScope? FindGroup(ScopeKind kind, string name) =>
        (kind == ScopeKind.Protocol ? _protocols : _services).GetValueOrDefault(name);

    private WideScope AddGroup(ScopeKind kind, string name)
    {
        WideScope group = new(this, ConfiguredLimits.For(kind, name), kind, System, name)
        {
            OwnLimits = Overrides(kind).GetValueOrDefault(name),
        };
        (kind == ScopeKind.Protocol ? _protocols : _services).Add(name, group);
        return group;
    }

    private static PeerSubScope? FindSubScope(PeerScope peer, WideScope group)
    {
        PeerSubScope? sub = peer.FirstSubScope;
        while (sub is not null && !ReferenceEquals(sub.Group, group))
            sub = sub.Next;
        return sub;
    }

    private PeerSubScope AddSubScope(PeerScope peer, WideScope group)
    {
        ScopeKind kind = group.Kind == ScopeKind.Protocol ? ScopeKind.ProtocolPeer : ScopeKind.ServicePeer;
        ResourceLimits limits = ConfiguredLimits.For(kind, group.GroupName);
        PeerSubScope sub = new(this, limits, group, peer) { Next = peer.FirstSubScope };
        peer.FirstSubScope = sub;
        peer.References++;
        group.References++;
        return sub;
    }

    private void DropReference(SharedScope scope)
    {
        scope.References--;
        CollectIfUnused(scope);
    }

    private void CollectIfUnused(SharedScope scope)
    {
        if (scope.References > 0 || scope.IsClosed)
            return;
        switch (scope)
        {
            case PeerSubScope sub:
                Unlink(sub);
                sub.IsClosed = true;
                DropReference(sub.Group);
                DropReference(sub.Peer);
                break;
            case PeerScope peer when peer.Held.IsZero:
                peer.IsClosed = true;
                _peers.Remove(peer.Key);
                break;
            case WideScope { Kind: ScopeKind.Protocol or ScopeKind.Service } group when TWide.Read(group).IsZero:
                group.IsClosed = true;
                (group.Kind == ScopeKind.Protocol ? _protocols : _services).Remove(group.GroupName);
                break;
        }
    }

    private static void Unlink(PeerSubScope sub)
    {
        ref PeerSubScope? link = ref sub.Peer.FirstSubScope;
        while (!ReferenceEquals(link, sub))
            link = ref link!.Next;
        link = sub.Next;
    }
}
