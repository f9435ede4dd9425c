using System.Buffers.Binary;
using Rcmgr.Libp2p.Negotiation;

namespace Rcmgr.Interop.Tests.Hostile;

/// <summary>What a hostile remote sends. Random bytes come from a fixed seed.</summary>
internal static class HostileBytes
{
    public static byte[] Random(int count, int seed = 1)
    {
        byte[] bytes = new byte[count];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    /// <summary>An honest multistream-select opening that proposes <paramref name="protocol"/>, then whatever.</summary>
    public static byte[] AfterProposing(string protocol, params byte[] then) =>
        [.. MultistreamMessages.Encode(MultistreamSelect.ProtocolId, protocol), .. then];

    /// <summary>One yamux header with any values, then whatever.</summary>
    public static byte[] YamuxFrame(byte version, byte type, ushort flags, uint stream, uint length, params byte[] then)
    {
        byte[] frame = new byte[12 + then.Length];
        frame[0] = version;
        frame[1] = type;
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(2), flags);
        BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(4), stream);
        BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(8), length);
        then.CopyTo(frame, 12);
        return frame;
    }
}
