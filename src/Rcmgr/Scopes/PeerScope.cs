namespace Rcmgr;

/// <summary>The account of one peer (specification §1.1).</summary>
internal sealed class PeerScope : SharedScope
{
    private readonly WideScope _system;

    public PeerScope(AccountingEngine engine, ResourceLimits limits, PeerKey key, WideScope system)
        : base(engine, limits)
    {
        Key = key;
        _system = system;
    }

    public override ScopeKind Kind => ScopeKind.Peer;

    public PeerKey Key { get; }

    /// <summary>The peer's protocol-peer and service-peer scopes: as many as the peer has protocols and services in use.</summary>
    public PeerSubScope? FirstSubScope;

    internal override object? NameSubject => Key;

    internal override Ancestors Ancestors => new() { LastWide = _system };
}
