using System.Buffers;
using System.Text;

namespace Rcmgr.Libp2p.Negotiation;

/// <summary>
/// Reads and writes the length-prefixed, newline-ended messages of one negotiation. A read never takes a byte past its message:
/// what follows belongs to the negotiated protocol.
/// </summary>
internal sealed class MultistreamMessages(Stream channel) : IDisposable
{
    private byte[]? _buffer = ArrayPool<byte>.Shared.Rent(MultistreamSelect.MaxMessageBytes);
    private int _bytesRead;

    /// <summary>Reads the first message, which can only be the header: one of another length is refused before its body is read.</summary>
    /// <exception cref="NegotiationException">It is not the header, or breaks a bound.</exception>
    public async ValueTask ReadHeaderAsync(CancellationToken cancellationToken)
    {
        int length = await ReadLengthAsync(Buffer, cancellationToken);
        if (length != MultistreamSelect.ProtocolId.Length + 1
            || await ReadBodyAsync(Buffer, length, cancellationToken) != MultistreamSelect.ProtocolId)
        {
            throw new NegotiationException(NegotiationFailure.WrongHeader, "The remote does not speak multistream-select 1.0.");
        }
    }

    public async ValueTask<string> ReadAsync(CancellationToken cancellationToken)
    {
        byte[] buffer = Buffer;
        return await ReadBodyAsync(buffer, await ReadLengthAsync(buffer, cancellationToken), cancellationToken);
    }

    private async ValueTask<string> ReadBodyAsync(byte[] buffer, int length, CancellationToken cancellationToken)
    {
        await ReadExactlyAsync(buffer.AsMemory(0, length), cancellationToken);
        if (buffer[length - 1] != (byte)'\n')
            throw new NegotiationException(NegotiationFailure.MalformedMessage, "The negotiation message does not end with a line feed.");
        return Encoding.UTF8.GetString(buffer, 0, length - 1);
    }

    public async ValueTask WriteAsync(ReadOnlyMemory<byte> message, CancellationToken cancellationToken)
    {
        await channel.WriteAsync(message, cancellationToken);
        await channel.FlushAsync(cancellationToken);
    }

    public static byte[] Encode(string first, string? second = null)
    {
        ArrayBufferWriter<byte> writer = new();
        Append(writer, first);
        if (second is not null)
            Append(writer, second);
        return writer.WrittenSpan.ToArray();
    }

    /// <summary>The answer to <c>ls</c>: every protocol as a message, all of them inside one message that ends with a line feed.</summary>
    public static byte[] EncodeList(IEnumerable<string> protocols)
    {
        ArrayBufferWriter<byte> inner = new();
        foreach (string protocol in protocols)
            Append(inner, protocol);
        inner.Write("\n"u8);

        ArrayBufferWriter<byte> outer = new();
        AppendLength(outer, inner.WrittenCount);
        outer.Write(inner.WrittenSpan);
        return outer.WrittenSpan.ToArray();
    }

    public void Dispose()
    {
        byte[]? buffer = _buffer;
        _buffer = null;
        if (buffer is not null)
            ArrayPool<byte>.Shared.Return(buffer);
    }

    private byte[] Buffer => _buffer ?? throw new ObjectDisposedException(nameof(MultistreamMessages));

    private async ValueTask<int> ReadLengthAsync(byte[] buffer, CancellationToken cancellationToken)
    {
        await ReadExactlyAsync(buffer.AsMemory(0, 1), cancellationToken);
        int length = buffer[0] & 0x7F;
        if (buffer[0] >= 0x80)
        {
            // Two bytes carry any length up to the bound, so a third is already too long.
            await ReadExactlyAsync(buffer.AsMemory(0, 1), cancellationToken);
            if (buffer[0] >= 0x80)
                throw new NegotiationException(NegotiationFailure.MessageTooLong, "The negotiation message is longer than the bound.");
            if (buffer[0] == 0)
                throw new NegotiationException(NegotiationFailure.MalformedMessage, "The message length is not minimally encoded.");
            length |= buffer[0] << 7;
        }

        if (length == 0)
            throw new NegotiationException(NegotiationFailure.MalformedMessage, "A negotiation message cannot be empty.");
        if (length > MultistreamSelect.MaxMessageBytes)
            throw new NegotiationException(NegotiationFailure.MessageTooLong, "The negotiation message is longer than the bound.");
        return length;
    }

    private async ValueTask ReadExactlyAsync(Memory<byte> memory, CancellationToken cancellationToken)
    {
        _bytesRead += memory.Length;
        if (_bytesRead > MultistreamSelect.MaxNegotiationBytes)
            throw new NegotiationException(NegotiationFailure.TooManyBytes, "The negotiation read more bytes than the bound.");
        int read = await channel.ReadAtLeastAsync(memory, memory.Length, throwOnEndOfStream: false, cancellationToken);
        if (read < memory.Length)
            throw new NegotiationException(NegotiationFailure.ChannelEnded, "The channel ended during the negotiation.");
    }

    private static void Append(ArrayBufferWriter<byte> writer, string message)
    {
        AppendLength(writer, Encoding.UTF8.GetByteCount(message) + 1);
        Encoding.UTF8.GetBytes(message, writer);
        writer.Write("\n"u8);
    }

    private static void AppendLength(ArrayBufferWriter<byte> writer, int length)
    {
        Span<byte> span = writer.GetSpan(5);
        int count = 0;
        for (; length >= 0x80; length >>= 7)
            span[count++] = (byte)(length | 0x80);
        span[count++] = (byte)length;
        writer.Advance(count);
    }
}
