using System.Buffers.Binary;
using System.Diagnostics;
using System.Net.Sockets;

namespace Rcmgr.Tool.Bench.Floor;

/// <summary>The kernel's TCP alone: bare sockets of this process and another, bytes one way over loopback, no cipher, no framing.</summary>
/// <param name="link">To a peer that counts.</param>
internal sealed class TcpFloor(FloorLink link)
{
    /// <summary>Sends <paramref name="bytes"/> in writes of <paramref name="size"/>; lasts until the other process has read the last.</summary>
    public async Task<BenchSample> SampleAsync(int size, long bytes, CancellationToken cancellationToken)
    {
        using Socket socket = await link.ConnectAsync(cancellationToken);
        byte[] buffer = new byte[size];
        TimeSpan processorTime = await link.GetProcessorTimeAsync(cancellationToken);
        long start = Stopwatch.GetTimestamp();
        for (long left = bytes; left > 0; left -= Math.Min(left, size))
            await SendAsync(socket, buffer.AsMemory(0, (int)Math.Min(left, size)), cancellationToken);
        socket.Shutdown(SocketShutdown.Send);
        await ConfirmAsync(socket, bytes, cancellationToken);
        TimeSpan elapsed = Stopwatch.GetElapsedTime(start);
        return new BenchSample(bytes / (1024.0 * 1024), elapsed, await link.GetProcessorTimeAsync(cancellationToken) - processorTime);
    }

    private static async Task SendAsync(Socket socket, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        while (!bytes.IsEmpty)
            bytes = bytes[await socket.SendAsync(bytes, cancellationToken)..];
    }

    private static async Task ConfirmAsync(Socket socket, long bytes, CancellationToken cancellationToken)
    {
        byte[] answer = new byte[sizeof(long)];
        int length;
        for (int read = 0; read < answer.Length; read += length)
        {
            length = await socket.ReceiveAsync(answer.AsMemory(read), cancellationToken);
            if (length == 0)
                throw new IOException("The bare peer closed without an answer.");
        }

        long counted = BinaryPrimitives.ReadInt64BigEndian(answer);
        if (counted != bytes)
            throw new InvalidDataException($"The bare peer counted {counted} of {bytes} bytes.");
    }
}
