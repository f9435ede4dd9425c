namespace Rcmgr;

/// <summary>
/// A scope that streams and connections of many peers are charged to: a root, a service or a protocol. How it counts is the
/// accounting policy's business.
/// </summary>
internal sealed class WideScope : SharedScope
{
    private readonly string? _name;

    public WideScope(Shard home, ResourceLimits limits, ScopeKind kind, WideScope? parent, int shards, string? name = null)
        : base(home, limits)
    {
        Kind = kind;
        Parent = parent;
        Accounts = new ShardAccount?[shards];
        _name = name;
    }

    public override ScopeKind Kind { get; }

    public WideScope? Parent { get; }

    public bool IsRoot => _name is null;

    /// <summary>The name of a service or protocol.</summary>
    public string GroupName => _name ?? throw new InvalidOperationException("A root scope is not a group.");

    /// <summary>
    /// What has been granted: all that is in use and all credit that is parked in shards. Written under the shared gate; each
    /// value that is ever stored in its memory is a true one, because shards look at it without that gate.
    /// </summary>
    public UsageVector Granted;

    /// <summary>The accounts of the shards that use the scope, by the index of the shard. Written under the shared gate.</summary>
    public ShardAccount?[] Accounts { get; }

    public int AccountCount;

    /// <summary>No credit is parked anywhere, so <see cref="Granted"/> is what is in use. Written under the shared gate.</summary>
    public bool IsStrict;

    /// <summary>The scope is strict for good: somebody released memory that others had reserved, so what they give back may not be there.</summary>
    public bool IsPinnedStrict;

    /// <summary>Returns since the scope became strict.</summary>
    public int StrictReturns;

    /// <summary>How much of each countable resource a shard takes at once (see <see cref="PackedCounts"/>).</summary>
    public ulong CountChunk;

    /// <summary>How much memory a shard takes at once.</summary>
    public long MemoryChunk;

    /// <summary>The memory that was reserved on this scope itself or on its spans. Guarded by the gate of the scope's own shard.</summary>
    public long DirectMemory;

    internal override object? NameSubject => _name;

    internal override UsageVector Held => default;
}
