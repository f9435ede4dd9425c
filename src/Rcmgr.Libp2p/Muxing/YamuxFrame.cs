using System.Buffers.Binary;

namespace Rcmgr.Libp2p.Muxing;

internal enum YamuxFrameType : byte
{
    Data = 0,
    WindowUpdate = 1,
    Ping = 2,
    GoAway = 3,
}

[Flags]
internal enum YamuxFlags : ushort
{
    None = 0,
    Syn = 1,
    Ack = 2,
    Fin = 4,
    Rst = 8,
}

/// <summary>The codes of a go-away frame that yamux itself defines.</summary>
internal static class YamuxGoAway
{
    public const uint Normal = 0;
    public const uint ProtocolError = 1;
    public const uint InternalError = 2;
}

/// <summary>The 12 bytes before every frame: version, type, flags, stream, length, all big endian.</summary>
internal readonly record struct YamuxHeader(byte Version, YamuxFrameType Type, YamuxFlags Flags, uint StreamId, uint Length)
{
    public const int Size = 12;

    public static YamuxHeader Read(ReadOnlySpan<byte> source) => new(
        source[0],
        (YamuxFrameType)source[1],
        (YamuxFlags)BinaryPrimitives.ReadUInt16BigEndian(source[2..]),
        BinaryPrimitives.ReadUInt32BigEndian(source[4..]),
        BinaryPrimitives.ReadUInt32BigEndian(source[8..]));

    public void Write(Span<byte> destination)
    {
        destination[0] = Version;
        destination[1] = (byte)Type;
        BinaryPrimitives.WriteUInt16BigEndian(destination[2..], (ushort)Flags);
        BinaryPrimitives.WriteUInt32BigEndian(destination[4..], StreamId);
        BinaryPrimitives.WriteUInt32BigEndian(destination[8..], Length);
    }

    public bool Has(YamuxFlags flag) => (Flags & flag) != 0;
}

/// <summary>The remote broke the protocol; ends the session with a go-away.</summary>
internal sealed class YamuxProtocolException(string message) : Exception(message);
