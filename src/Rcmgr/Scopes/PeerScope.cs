namespace Rcmgr;

/// <summary>The account of one peer (specification §1.1).</summary>
internal sealed class PeerScope : SharedScope
{
    public PeerScope(Shard shard, ResourceLimits limits, PeerKey key)
        : base(shard, limits)
    {
        Key = key;
    }

    public override ScopeKind Kind => ScopeKind.Peer;

    public PeerKey Key { get; }

    /// <summary>The next peer in the same bucket of its shard's table.</summary>
    public PeerScope? Next;

    /// <summary>The peer's protocol-peer and service-peer scopes: those of the protocols and services that it has in use.</summary>
    public SubScopes SubScopes;

    /// <summary>The memory that was reserved on this scope itself or on its spans, and not on connections and streams.</summary>
    public long DirectMemory;

    public int StreamsInbound;
    public int StreamsOutbound;
    public int ConnectionsInbound;
    public int ConnectionsOutbound;
    public int FileDescriptors;

    /// <summary>
    /// A caller has seen this object. When the peer has gone, his handle stays closed: the object is not used again.
    /// </summary>
    public bool IsExposed { get; private set; }

    internal override object? NameSubject => Key;

    internal override UsageVector Held => new()
    {
        Memory = Memory,
        StreamsInbound = StreamsInbound,
        StreamsOutbound = StreamsOutbound,
        ConnectionsInbound = ConnectionsInbound,
        ConnectionsOutbound = ConnectionsOutbound,
        FileDescriptors = FileDescriptors,
    };

    public bool HoldsNothing =>
        (Memory | (long)(uint)StreamsInbound | (uint)StreamsOutbound | (uint)ConnectionsInbound | (uint)ConnectionsOutbound
            | (uint)FileDescriptors) == 0;

    public PeerScope Expose()
    {
        IsExposed = true;
        return this;
    }
}
