namespace Rcmgr;

/// <summary>A scope that many connections and streams are charged to; it lives as long as something refers to it.</summary>
internal abstract class SharedScope : ResourceScope
{
    private protected SharedScope(Shard shard, ResourceLimits limits)
        : base(shard)
    {
        GivenLimits = limits;
    }

    /// <summary>
    /// Scopes charged to this one, live spans begun on it, and open views (specification §1.4). A wide scope's are counted by
    /// shard, in its <see cref="ShardAccount"/>s.
    /// </summary>
    public int References;

    /// <summary>The scope's limits were set on it: they stay when the manager gets new ones.</summary>
    public bool HasOwnLimits;

    /// <summary>The scope's place among those that linger in its shard, counted from 1; 0 for none (see <see cref="LingerRing"/>).</summary>
    public byte LingerPlace;

    internal override ResourceLimits ConfiguredLimits =>
        HasOwnLimits ? Engine.ConfiguredLimits.For(Kind, NameSubject) : GivenLimits!;
}
