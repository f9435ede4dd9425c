namespace Rcmgr.Libp2p.Transports.Quic.Ngtcp2;

/// <summary>
/// What a server may send to a client whose port changed, until the new path is proven: three times what came from there (RFC 9000
/// §8.1). The library holds to the same limit, but a server that has used it up to the last byte loses its timer of lost packets for
/// good, and with it the connection, if all that is under way went to the old port. So the last byte is never used. On the loop's thread.
/// </summary>
internal sealed class PathAllowance(ReadOnlySpan<byte> first)
{
    /// <summary>No packet of use is smaller.</summary>
    public const int SmallestPacket = 64;

    /// <summary>Paths that are remembered as proven: clients go back to them.</summary>
    public const int MaxProven = 8;

    private readonly Queue<byte[]> _proven = new([first.ToArray()]);
    private byte[] _current = first.ToArray();
    private bool _isProven = true;
    private long _left;

    /// <summary>
    /// A datagram of <paramref name="length"/> bytes came on the path <paramref name="from"/>, and after it the connection sends on
    /// <paramref name="current"/>. None came if the length is zero.
    /// </summary>
    public void Observe(ReadOnlySpan<byte> current, ReadOnlySpan<byte> from, int length)
    {
        if (!current.SequenceEqual(_current))
        {
            _current = current.ToArray();
            _isProven = IsProven(current);
            _left = 0;
        }

        if (current.SequenceEqual(from))
            _left += 3L * length;
    }

    /// <summary>The client answered from this path.</summary>
    public void Prove(ReadOnlySpan<byte> path)
    {
        if (path.SequenceEqual(_current))
            _isProven = true;
        if (IsProven(path))
            return;
        if (_proven.Count == MaxProven)
            _proven.Dequeue();
        _proven.Enqueue(path.ToArray());
    }

    /// <summary>How large the next packet may be: <paramref name="capacity"/>, or less; zero when none of use fits.</summary>
    public int Limit(int capacity)
    {
        if (_isProven)
            return capacity;
        int limit = (int)Math.Min(capacity, _left - 1);
        return limit < SmallestPacket ? 0 : limit;
    }

    /// <summary>A packet leaves.</summary>
    public void Count(int length) => _left -= length;

    private bool IsProven(ReadOnlySpan<byte> path)
    {
        foreach (byte[] proven in _proven)
        {
            if (path.SequenceEqual(proven))
                return true;
        }

        return false;
    }
}
