namespace Rcmgr;

/// <summary>The account of one peer's streams of one protocol or service. Nothing is charged above it (specification §1.2).</summary>
internal sealed class PeerSubScope : SharedScope
{
    public PeerSubScope(AccountingEngine engine, ResourceLimits limits, WideScope group, PeerScope peer)
        : base(engine, limits)
    {
        Group = group;
        Peer = peer;
    }

    public override ScopeKind Kind => Group.Kind == ScopeKind.Protocol ? ScopeKind.ProtocolPeer : ScopeKind.ServicePeer;

    public WideScope Group { get; }

    public PeerScope Peer { get; }

    public PeerSubScope? Next;

    internal override object? NameSubject => Group.NameSubject;

    internal override PeerKey? NamePeer => Peer.Key;

    internal override Ancestors Ancestors => default;
}
