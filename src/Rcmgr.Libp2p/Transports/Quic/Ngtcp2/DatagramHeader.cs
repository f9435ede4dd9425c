using System.Buffers.Binary;

namespace Rcmgr.Libp2p.Transports.Quic.Ngtcp2;

/// <summary>
/// What a datagram says before anything is decrypted (RFC 8999): the judge of every byte that reaches the native library, which ends
/// the process when it is asked about an empty datagram.
/// </summary>
internal readonly ref struct DatagramHeader
{
    /// <summary>The one version spoken here (RFC 9000).</summary>
    public const uint QuicV1 = 1;

    /// <summary>The length of the ids that this side chooses, and so of those in short headers.</summary>
    public const int OwnIdLength = 16;

    /// <summary>A client pads the datagrams of its first flight to this.</summary>
    public const int MinInitialDatagram = 1200;

    /// <summary>The shortest destination id of a client's first packet.</summary>
    public const int MinInitialIdLength = 8;

    private const int LongForm = 0x80;
    private const int FixedBit = 0x40;
    private const int TypeBits = 0x30;

    /// <summary>Where the length of the destination id stands: after the first byte and the version.</summary>
    private const int FirstId = 5;

    public bool IsLong { get; private init; }

    public uint Version { get; private init; }

    /// <summary>Whether this may be a client's first packet: a long header of our version, of the type Initial, in a full datagram.</summary>
    public bool IsInitial { get; private init; }

    public ReadOnlySpan<byte> DestinationId { get; private init; }

    public ReadOnlySpan<byte> SourceId { get; private init; }

    /// <summary>Reads the header; false for what no QUIC sender of any version sends, or is of a version with longer ids than ours.</summary>
    public static bool TryRead(ReadOnlySpan<byte> datagram, out DatagramHeader header)
    {
        header = default;
        if (datagram.IsEmpty)
            return false;
        return (datagram[0] & LongForm) != 0 ? TryReadLong(datagram, out header) : TryReadShort(datagram, out header);
    }

    /// <summary>
    /// How many bytes at the start of a datagram are whole packets of a handshake: those before the first packet with a short header, and
    /// before what is no packet.
    /// </summary>
    public static int HandshakeLength(ReadOnlySpan<byte> datagram)
    {
        int length = 0;
        while (TryReadPacket(datagram[length..], out int packet))
            length += packet;
        return length;
    }

    private static bool TryReadPacket(ReadOnlySpan<byte> rest, out int length)
    {
        length = 0;
        if (rest.IsEmpty || (rest[0] & LongForm) == 0 || !TryReadLong(rest, out DatagramHeader header))
            return false;
        int type = rest[0] & TypeBits;
        if (header.Version == 0 || (header.Version == QuicV1 && type == TypeBits))
        {
            // An offer of versions or a Retry is all there is in its datagram.
            length = rest.Length;
            return true;
        }

        int at = FirstId + 2 + header.DestinationId.Length + header.SourceId.Length;
        if (header.Version != QuicV1 || (type == 0 && !TrySkip(rest, ref at)) || !TrySkip(rest, ref at))
            return false;
        length = at;
        return true;
    }

    /// <summary>Moves behind a length (RFC 9000 §16) and the bytes that it counts.</summary>
    private static bool TrySkip(ReadOnlySpan<byte> rest, ref int at)
    {
        if (at >= rest.Length)
            return false;
        int bytes = 1 << (rest[at] >> 6);
        if (bytes > rest.Length - at)
            return false;
        ulong counted = (ulong)rest[at] & 0x3f;
        for (int i = 1; i < bytes; i++)
            counted = (counted << 8) | rest[at + i];
        if (counted > (ulong)(rest.Length - at - bytes))
            return false;
        at += bytes + (int)counted;
        return true;
    }

    private static bool TryReadShort(ReadOnlySpan<byte> datagram, out DatagramHeader header)
    {
        header = default;
        if (datagram.Length < 1 + OwnIdLength)
            return false;
        header = new DatagramHeader { DestinationId = datagram.Slice(1, OwnIdLength) };
        return true;
    }

    private static bool TryReadLong(ReadOnlySpan<byte> datagram, out DatagramHeader header)
    {
        header = default;
        if (datagram.Length < FirstId)
            return false;
        uint version = BinaryPrimitives.ReadUInt32BigEndian(datagram[1..]);
        if (!TryReadId(datagram, FirstId, out int firstEnd) || !TryReadId(datagram, firstEnd, out int secondEnd))
            return false;
        ReadOnlySpan<byte> destination = datagram[(FirstId + 1)..firstEnd];
        bool isInitial = version == QuicV1
            && (datagram[0] & (FixedBit | TypeBits)) == FixedBit
            && datagram.Length >= MinInitialDatagram
            && destination.Length >= MinInitialIdLength;
        header = new DatagramHeader
        {
            IsLong = true,
            Version = version,
            IsInitial = isInitial,
            DestinationId = destination,
            SourceId = datagram[(firstEnd + 1)..secondEnd],
        };
        return true;
    }

    /// <summary>Judges the id whose length stands at <paramref name="at"/>.</summary>
    private static bool TryReadId(ReadOnlySpan<byte> datagram, int at, out int end)
    {
        end = at < datagram.Length ? at + 1 + datagram[at] : int.MaxValue;
        return end <= datagram.Length && datagram[at] <= ConnectionIdKey.MaxLength;
    }
}
