using Google.Protobuf;
using Rcmgr.Libp2p.Protocols.Messages;

namespace Rcmgr.Libp2p.Protocols;

/// <summary>
/// Counts and measures the fields of an identify message before anything is allocated for them: 8 KiB of empty list entries would
/// otherwise become objects of many times that size.
/// </summary>
internal static class IdentifyBounds
{
    /// <exception cref="IdentifyException">A list or a text is too long, or the bytes are not protobuf fields.</exception>
    public static void Check(ReadOnlySpan<byte> message)
    {
        int addresses = 0;
        int protocols = 0;
        while (!message.IsEmpty)
        {
            int field = ReadField(ref message, out int length);
            switch (field)
            {
                case IdentifyMessage.ListenAddrsFieldNumber:
                    Require(++addresses <= IdentifyInfo.MaxAddresses, "addresses");
                    break;
                case IdentifyMessage.ProtocolsFieldNumber:
                    Require(++protocols <= IdentifyInfo.MaxProtocols, "protocols");
                    Require(length <= IdentifyInfo.MaxTextLength, "bytes in a protocol");
                    break;
                case IdentifyMessage.ProtocolVersionFieldNumber or IdentifyMessage.AgentVersionFieldNumber:
                    Require(length <= IdentifyInfo.MaxTextLength, "bytes in a version");
                    break;
            }
        }
    }

    /// <summary>Takes one field off the front and tells its number and the length of its content.</summary>
    private static int ReadField(ref ReadOnlySpan<byte> message, out int length)
    {
        ulong tag = ReadVarint(ref message);
        if (tag >> 3 is 0 or > int.MaxValue)
            throw Malformed("has a field number out of range");
        length = (WireFormat.WireType)(tag & 7) switch
        {
            WireFormat.WireType.Varint => SkipVarint(ref message),
            WireFormat.WireType.Fixed64 => Skip(ref message, sizeof(ulong)),
            WireFormat.WireType.Fixed32 => Skip(ref message, sizeof(uint)),
            WireFormat.WireType.LengthDelimited => Skip(ref message, ReadVarint(ref message)),
            _ => throw Malformed("has a field of an unknown kind"),
        };
        return (int)(tag >> 3);
    }

    private static int SkipVarint(ref ReadOnlySpan<byte> message)
    {
        ReadVarint(ref message);
        return 0;
    }

    private static int Skip(ref ReadOnlySpan<byte> message, ulong size)
    {
        if (size > (ulong)message.Length)
            throw Malformed("is cut off inside a field");
        message = message[(int)size..];
        return (int)size;
    }

    private static ulong ReadVarint(ref ReadOnlySpan<byte> source)
    {
        ulong value = 0;
        for (int i = 0; i < source.Length && i < 10; i++)
        {
            value |= (ulong)(source[i] & 0x7f) << (7 * i);
            if ((source[i] & 0x80) != 0)
                continue;
            source = source[(i + 1)..];
            return value;
        }

        throw Malformed("has a number that does not end");
    }

    private static void Require(bool isWithin, string what)
    {
        if (!isWithin)
            throw new IdentifyException(IdentifyFailure.TooLarge, $"The description has too many {what}.");
    }

    private static IdentifyException Malformed(string why) => new(IdentifyFailure.Malformed, $"The description {why}.");
}
