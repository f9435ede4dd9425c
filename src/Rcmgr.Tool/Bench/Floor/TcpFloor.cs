using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Rcmgr.Tool.Demo;

namespace Rcmgr.Tool.Bench.Floor;

/// <summary>The kernel's TCP alone: bare sockets of this process and another, bytes one way over loopback, no cipher, no framing.</summary>
internal sealed class TcpFloor : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly ToolProcess _peer;
    private readonly IPEndPoint _endPoint;

    private TcpFloor(ToolProcess peer, IPEndPoint endPoint)
    {
        _peer = peer;
        _endPoint = endPoint;
    }

    public static async Task<TcpFloor> StartAsync(CancellationToken cancellationToken)
    {
        ToolProcess peer = ToolProcess.Start(FloorPeer.CommandName);
        try
        {
            return new TcpFloor(peer, IPEndPoint.Parse(await ReadLineAsync(peer, cancellationToken)));
        }
        catch
        {
            await peer.DisposeAsync();
            throw;
        }
    }

    /// <summary>Sends <paramref name="bytes"/> in writes of <paramref name="size"/>; lasts until the other process has read the last.</summary>
    public async Task<BenchSample> SampleAsync(int size, long bytes, CancellationToken cancellationToken)
    {
        using Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(_endPoint, cancellationToken);
        byte[] buffer = new byte[size];
        TimeSpan processorTime = await GetProcessorTimeAsync(cancellationToken);
        long start = Stopwatch.GetTimestamp();
        for (long left = bytes; left > 0; left -= Math.Min(left, size))
            await SendAsync(socket, buffer.AsMemory(0, (int)Math.Min(left, size)), cancellationToken);
        socket.Shutdown(SocketShutdown.Send);
        await ConfirmAsync(socket, bytes, cancellationToken);
        TimeSpan elapsed = Stopwatch.GetElapsedTime(start);
        return new BenchSample(bytes / (1024.0 * 1024), elapsed, await GetProcessorTimeAsync(cancellationToken) - processorTime);
    }

    public async ValueTask DisposeAsync()
    {
        await _peer.StopAsync(Patience);
        await _peer.DisposeAsync();
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

    private async Task<TimeSpan> GetProcessorTimeAsync(CancellationToken cancellationToken)
    {
        await _peer.AskAsync(cancellationToken);
        string line = await ReadLineAsync(_peer, cancellationToken);
        return Environment.CpuUsage.TotalTime + TimeSpan.FromMicroseconds(long.Parse(line, NumberStyles.None, CultureInfo.InvariantCulture));
    }

    private static async Task<string> ReadLineAsync(ToolProcess peer, CancellationToken cancellationToken)
    {
        using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        return await peer.Lines.WaitToReadAsync(patience.Token) && peer.Lines.TryRead(out string? line)
            ? line
            : throw new IOException("The bare peer ended without an answer: " + peer.Errors);
    }
}
