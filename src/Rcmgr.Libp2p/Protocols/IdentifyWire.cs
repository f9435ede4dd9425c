using System.Buffers;
using Google.Protobuf;
using Rcmgr.Libp2p.Identity;
using Rcmgr.Libp2p.Multiaddr;
using Rcmgr.Libp2p.Protocols.Messages;

namespace Rcmgr.Libp2p.Protocols;

/// <summary>
/// The framing and the message of identify. A remote may split what it says over several messages, each after its length; the parts
/// of all of them count together against the bounds.
/// </summary>
internal static class IdentifyWire
{
    /// <summary>The bytes of all messages together that are read, and reserved for reading (specification §8.6).</summary>
    public const int MaxMessageBytes = 8192;

    /// <summary>The parts that one description may come in.</summary>
    public const int MaxParts = 10;

    private const int MaxLengthBytes = 2;

    private static readonly MessageParser<IdentifyMessage> Parser = IdentifyMessage.Parser.WithDiscardUnknownFields(true);

    /// <summary>Encodes a description with its length before it.</summary>
    /// <exception cref="ArgumentException">It is longer than peers accept.</exception>
    public static byte[] Encode(IdentifyInfo info)
    {
        IdentifyMessage message = new()
        {
            ListenAddrs = { info.ListenAddresses.Select(address => ByteString.CopyFrom(address.Bytes)) },
            Protocols = { info.Protocols },
        };
        if (info.PublicKey is { } key)
            message.PublicKey = ByteString.CopyFrom(key.Protobuf);
        if (info.ObservedAddress is { } observed)
            message.ObservedAddr = ByteString.CopyFrom(observed.Bytes);
        if (info.ProtocolVersion is { } protocolVersion)
            message.ProtocolVersion = protocolVersion;
        if (info.AgentVersion is { } agentVersion)
            message.AgentVersion = agentVersion;
        int size = message.CalculateSize();
        if (size > MaxMessageBytes)
            throw new ArgumentException($"A description of {size} bytes exceeds the {MaxMessageBytes} that peers accept.", nameof(info));
        using MemoryStream framed = new(size + MaxLengthBytes);
        message.WriteDelimitedTo(framed);
        return framed.ToArray();
    }

    /// <summary>Reads a description until the remote ends its half.</summary>
    /// <exception cref="IdentifyException">The bytes are not an acceptable description.</exception>
    public static async ValueTask<IdentifyInfo> ReadAsync(Stream stream, PeerId peer, CancellationToken cancellationToken)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(MaxMessageBytes);
        try
        {
            int length = await ReadPartsAsync(stream, buffer.AsMemory(0, MaxMessageBytes), cancellationToken);
            return Decode(buffer.AsSpan(0, length), peer);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Decodes the messages' bytes: joined end to end, they are one message.</summary>
    /// <exception cref="IdentifyException">The bytes are not an acceptable description.</exception>
    public static IdentifyInfo Decode(ReadOnlySpan<byte> message, PeerId peer)
    {
        try
        {
            IdentifyBounds.Check(message);
            return Describe(Parser.ParseFrom(message), peer);
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new IdentifyException(IdentifyFailure.Malformed, "The description is not a valid protobuf message.", e);
        }
    }

    private static async ValueTask<int> ReadPartsAsync(Stream stream, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        int filled = 0;
        for (int parts = 0; ; parts++)
        {
            int length = await ReadLengthAsync(stream, cancellationToken);
            if (length < 0 && parts > 0)
                return filled;
            if (length < 0)
                throw new IdentifyException(IdentifyFailure.Malformed, "The peer ended the stream without a description.");
            if (parts == MaxParts || length > buffer.Length - filled)
                throw new IdentifyException(IdentifyFailure.TooLarge, $"The description exceeds {MaxMessageBytes} bytes or {MaxParts} parts.");
            if (await stream.ReadAtLeastAsync(buffer.Slice(filled, length), length, throwOnEndOfStream: false, cancellationToken) < length)
                throw new IdentifyException(IdentifyFailure.Malformed, "The peer ended the stream inside its description.");
            filled += length;
        }
    }

    /// <summary>The length of the next part, -1 at the end of the stream.</summary>
    private static async ValueTask<int> ReadLengthAsync(Stream stream, CancellationToken cancellationToken)
    {
        // A byte at a time: what follows the length goes where the message is collected.
        byte[] one = new byte[1];
        int value = 0;
        for (int i = 0; i < MaxLengthBytes; i++)
        {
            if (await stream.ReadAsync(one, cancellationToken) == 0)
                return i == 0 ? -1 : throw new IdentifyException(IdentifyFailure.Malformed, "The peer ended the stream inside a length.");
            value |= (one[0] & 0x7f) << (7 * i);
            if ((one[0] & 0x80) == 0)
                return value;
        }

        throw new IdentifyException(IdentifyFailure.TooLarge, $"The description exceeds {MaxMessageBytes} bytes.");
    }

    private static IdentifyInfo Describe(IdentifyMessage message, PeerId peer) => new()
    {
        PeerId = peer,
        PublicKey = message.HasPublicKey ? CheckKey(message.PublicKey.Span, peer) : null,
        ListenAddresses = [.. message.ListenAddrs.Select(AddressOrNull).OfType<Multiaddress>()],
        Protocols = [.. message.Protocols],
        ObservedAddress = message.HasObservedAddr ? AddressOrNull(message.ObservedAddr) : null,
        ProtocolVersion = message.HasProtocolVersion ? message.ProtocolVersion : null,
        AgentVersion = message.HasAgentVersion ? message.AgentVersion : null,
    };

    private static PublicKey CheckKey(ReadOnlySpan<byte> encoded, PeerId peer)
    {
        if (!PublicKey.TryParse(encoded, out PublicKey? key, out string? error))
            throw new IdentifyException(IdentifyFailure.Malformed, error);
        if (PeerId.FromPublicKey(key) != peer)
            throw new IdentifyException(IdentifyFailure.KeyMismatch, $"The public key sent is not that of {peer}.");
        return key;
    }

    private static Multiaddress? AddressOrNull(ByteString bytes) =>
        Multiaddress.TryFromBytes(bytes.Span, out Multiaddress? address, out _) ? address : null;
}
