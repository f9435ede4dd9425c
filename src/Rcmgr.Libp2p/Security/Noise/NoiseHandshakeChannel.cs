using System.Buffers;
using System.Buffers.Binary;

namespace Rcmgr.Libp2p.Security.Noise;

/// <summary>Carries handshake messages over the stream below. Holds two small buffers until disposed.</summary>
internal sealed class NoiseHandshakeChannel(Stream raw, NoiseHandshake handshake) : IDisposable
{
    /// <summary>
    /// The longest handshake message accepted. The largest honest one proves an RSA-8192 identity and stays under 3 KiB.
    /// </summary>
    public const int MaxMessageBytes = 4096;

    /// <summary>Both buffers: what is sent or received, and the decrypted payload.</summary>
    public const int BufferBytes = 2 * MaxMessageBytes;

    private readonly byte[] _message = ArrayPool<byte>.Shared.Rent(MaxMessageBytes);
    private readonly byte[] _payload = ArrayPool<byte>.Shared.Rent(MaxMessageBytes);

    public async ValueTask SendAsync(ReadOnlyMemory<byte> payload, CancellationToken ct)
    {
        int length = handshake.WriteMessage(payload.Span, _message.AsSpan(NoiseFrame.HeaderBytes));
        BinaryPrimitives.WriteUInt16BigEndian(_message, (ushort)length);
        await raw.WriteAsync(_message.AsMemory(0, NoiseFrame.HeaderBytes + length), ct);
        await raw.FlushAsync(ct);
    }

    /// <summary>Receives the next message. The payload is valid until the next call.</summary>
    public async ValueTask<ReadOnlyMemory<byte>> ReceiveAsync(CancellationToken ct)
    {
        await ReadExactlyAsync(_message.AsMemory(0, NoiseFrame.HeaderBytes), ct);
        int length = BinaryPrimitives.ReadUInt16BigEndian(_message);
        if (length > MaxMessageBytes)
        {
            throw new SecurityException(
                SecurityFailure.TooLarge, $"A handshake message of {length} bytes; at most {MaxMessageBytes} are accepted.");
        }
        var message = _message.AsMemory(0, length);
        await ReadExactlyAsync(message, ct);
        int payload = handshake.ReadMessage(message.Span, _payload);
        return _payload.AsMemory(0, payload);
    }

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_message);
        ArrayPool<byte>.Shared.Return(_payload);
    }

    private async ValueTask ReadExactlyAsync(Memory<byte> destination, CancellationToken ct)
    {
        try
        {
            await raw.ReadExactlyAsync(destination, ct);
        }
        catch (EndOfStreamException e)
        {
            throw new SecurityException(SecurityFailure.Truncated, "The remote closed the connection during the Noise handshake.", e);
        }
    }
}
