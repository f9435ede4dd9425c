namespace Rcmgr;

/// <summary>
/// How many peers hold how much of one resource now, in the published buckets (specification §7.1). A peer that holds none of it is
/// not counted.
/// </summary>
internal sealed class PeerDistribution
{
    private static readonly long[] CountBounds = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 16, 32, 64, 128, 256];

    private static readonly long[] MemoryBounds =
        [1L << 10, 4L << 10, 32L << 10, 1L << 20, 32L << 20, 256L << 20, 512L << 20, 1L << 30, 2L << 30, 4L << 30];

    private readonly PeerQuantity _quantity;
    private readonly long[] _bounds;
    private readonly long[] _peers;

    public PeerDistribution(PeerQuantity quantity)
    {
        _quantity = quantity;
        _bounds = quantity == PeerQuantity.Memory ? MemoryBounds : CountBounds;
        _peers = new long[_bounds.Length + 1];
    }

    /// <summary>The upper bounds of all buckets but the last, which has none.</summary>
    public IReadOnlyList<long> Bounds => _bounds;

    /// <summary>Counts one peer. Called under a gate: it neither blocks nor allocates.</summary>
    public void Add(in UsageVector held)
    {
        long amount = _quantity switch
        {
            PeerQuantity.ConnectionsInbound => held.ConnectionsInbound,
            PeerQuantity.ConnectionsOutbound => held.ConnectionsOutbound,
            PeerQuantity.StreamsInbound => held.StreamsInbound,
            PeerQuantity.StreamsOutbound => held.StreamsOutbound,
            _ => held.Memory,
        };
        if (amount == 0)
            return;
        int bucket = 0;
        while (bucket < _bounds.Length && amount > _bounds[bucket])
            bucket++;
        _peers[bucket]++;
    }

    /// <summary>The peers that hold at most each bound; the last number is of all.</summary>
    public long[] Accumulate()
    {
        long[] totals = new long[_peers.Length];
        long total = 0;
        for (int bucket = 0; bucket < totals.Length; bucket++)
            totals[bucket] = total += _peers[bucket];
        return totals;
    }
}
