namespace Rcmgr;

/// <summary>
/// What one shard has to do with one wide scope: the credit that it has parked, which is granted by the scope and used by
/// nobody, and who in the shard refers to the scope. Guarded by the shard's gate.
/// </summary>
internal sealed class ShardAccount
{
    public ShardAccount(WideScope scope, Shard shard)
    {
        Scope = scope;
        Shard = shard;
        Name = scope.IsRoot ? string.Empty : scope.GroupName;
        IsService = scope.Kind == ScopeKind.Service;
    }

    public WideScope Scope { get; }

    public Shard Shard { get; }

    /// <summary>The name of the service or protocol, here so that nobody has to look at the scope for it.</summary>
    public string Name { get; }

    public bool IsService { get; }

    /// <summary>Parked credit for the countable resources (see <see cref="PackedCounts"/>).</summary>
    public ulong Counts;

    /// <summary>Parked credit for memory.</summary>
    public long Memory;

    /// <summary>What is left to the most of every field when as much is parked as may be.</summary>
    public ulong CountBias = PackedCounts.Full;

    /// <summary>The most memory that may be parked.</summary>
    public long MostMemory;

    /// <summary>Scopes in use that are charged to the wide scope, spans begun on it and views of it: while there are any in a shard, it is in use.</summary>
    public int References;

    /// <summary>As <see cref="References"/>, and the scopes that linger: while there are any, the account stays.</summary>
    public int Pins;
}
