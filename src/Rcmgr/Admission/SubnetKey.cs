using System.Security.Cryptography;

namespace Rcmgr;

/// <summary>
/// One subnet of one prefix length. Hashed with secrets of the process: callers choose their addresses, and whoever sends packets may
/// forge any.
/// </summary>
internal readonly struct SubnetKey
{
    private static readonly ulong HighSecret = NewSecret();
    private static readonly ulong LowSecret = NewSecret();
    private static readonly ulong LevelSecret = NewSecret();

    private readonly ulong _high;
    private readonly ulong _low;
    private readonly int _level;

    public SubnetKey(ulong high, ulong low, int level)
    {
        _high = high;
        _low = low;
        _level = level;
    }

    // Found again by what it is, a subnet needs no hash.
    public uint Hash => HashOf(_high, _low, _level);

    /// <summary>The level that the subnet is of.</summary>
    public int Level => _level;

    /// <summary>The first address of the subnet.</summary>
    public AddressValue ToAddress(bool isIPv4) => new(_high, _low, isIPv4);

    // By reference, as everywhere on the path of a connection: a copy of what has just been written in parts would have to wait for them.
    public bool Is(in SubnetKey other) => _high == other._high && _low == other._low && _level == other._level;

    /// <summary>Which of so many shards: by the upper bits, since the table in a shard goes by the lower ones.</summary>
    public int ShardOf(int shards) => (int)(((ulong)Hash * (uint)shards) >> 32);

    // The halves of a product of two secret factors: no bit of the address cancels another without the secrets.
    private static uint HashOf(ulong high, ulong low, int level)
    {
        UInt128 product = Math.BigMul(high ^ HighSecret, (low + ((ulong)(uint)level * LevelSecret)) ^ LowSecret);
        ulong mixed = ((ulong)(product >> 64) ^ (ulong)product) * LevelSecret;
        return (uint)(mixed >> 32);
    }

    // Odd, so that it can be multiplied by without losing anything.
    private static ulong NewSecret()
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        RandomNumberGenerator.Fill(bytes);
        return BitConverter.ToUInt64(bytes) | 1;
    }
}
