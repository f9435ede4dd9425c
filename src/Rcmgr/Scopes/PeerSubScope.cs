namespace Rcmgr;

/// <summary>The account of one peer's streams of one protocol or service. Nothing is charged above it (specification §1.2).</summary>
internal sealed class PeerSubScope : SharedScope
{
    public PeerSubScope(ResourceLimits limits, ShardAccount account, PeerScope peer)
        : base(peer.Shard, limits)
    {
        Account = account;
        Peer = peer;
    }

    public override ScopeKind Kind => Account.Scope.Kind == ScopeKind.Protocol ? ScopeKind.ProtocolPeer : ScopeKind.ServicePeer;

    /// <summary>The shard's account with the protocol or service.</summary>
    public ShardAccount Account { get; }

    public PeerScope Peer { get; }

    /// <summary>The next in the peer's list.</summary>
    public PeerSubScope? Next;

    public int StreamsInbound;
    public int StreamsOutbound;

    internal override object? NameSubject => Account.Name;

    internal override PeerKey? NamePeer => Peer.Key;

    internal override UsageVector Held => new() { Memory = Memory, StreamsInbound = StreamsInbound, StreamsOutbound = StreamsOutbound };
}
