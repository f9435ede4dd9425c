namespace Rcmgr;

/// <summary>One subnet of one rule. Hashed with the process's random seed: callers choose their addresses.</summary>
internal readonly struct SubnetKey(UInt128 subnet, int rule) : IEquatable<SubnetKey>
{
    private readonly ulong _high = (ulong)(subnet >> 64);
    private readonly ulong _low = (ulong)subnet;

    public int Rule { get; } = rule;

    public bool Equals(SubnetKey other) => _high == other._high && _low == other._low && Rule == other.Rule;

    public override bool Equals(object? obj) => obj is SubnetKey other && Equals(other);

    /// <summary>Which of a power of two of shards: by the upper bits, since tables in a shard go by the lower ones.</summary>
    public int ShardOf(int shards) => (int)(((ulong)(uint)GetHashCode() * (uint)shards) >> 32);

    public override int GetHashCode() => HashCode.Combine(_high, _low, Rule);
}
