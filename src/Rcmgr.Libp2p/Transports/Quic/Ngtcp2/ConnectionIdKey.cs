using System.Buffers.Binary;

namespace Rcmgr.Libp2p.Transports.Quic.Ngtcp2;

/// <summary>A connection id as a key. Its hash is seeded per process, so that a remote cannot choose ids that collide.</summary>
internal readonly record struct ConnectionIdKey
{
    public const int MaxLength = ConnectionIdBytes.Capacity;

    private readonly ulong _first;
    private readonly ulong _second;
    private readonly uint _third;
    private readonly byte _length;

    /// <param name="id">At most <see cref="MaxLength"/> bytes.</param>
    public ConnectionIdKey(ReadOnlySpan<byte> id)
    {
        Span<byte> padded = stackalloc byte[MaxLength];
        padded.Clear();
        id.CopyTo(padded);
        _first = BinaryPrimitives.ReadUInt64LittleEndian(padded);
        _second = BinaryPrimitives.ReadUInt64LittleEndian(padded[8..]);
        _third = BinaryPrimitives.ReadUInt32LittleEndian(padded[16..]);
        _length = (byte)id.Length;
    }

    public static ConnectionIdKey Of(in NativeConnectionId id)
    {
        ReadOnlySpan<byte> bytes = id.Bytes;
        return new ConnectionIdKey(bytes[..(int)id.Length]);
    }

    public override int GetHashCode() => HashCode.Combine(_first, _second, _third, _length);
}
