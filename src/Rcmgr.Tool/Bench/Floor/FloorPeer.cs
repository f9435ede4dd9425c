using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Rcmgr.Tool.Bench.Floor;

/// <summary>
/// The reading end of <see cref="TcpFloor"/>, a process of its own: prints its address, reads one connection after the other to its end and
/// answers with the number of bytes. It stops and tells its processor time as <see cref="BenchPeer"/> does.
/// </summary>
internal static class FloorPeer
{
    public const string CommandName = "bench-floor-peer";

    private const int BufferSize = 256 * 1024;

    public static async Task<int> RunAsync(TextWriter output, CancellationToken cancellationToken)
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        await output.WriteLineAsync(listener.LocalEndpoint.ToString().AsMemory(), cancellationToken);
        await output.FlushAsync(cancellationToken);
        using CancellationTokenSource stop = InputEnd.CancelWith(cancellationToken, onLine: () => BenchPeer.TellProcessorTime(output));
        try
        {
            while (true)
                await ServeAsync(listener, stop.Token);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return ExitCode.Success;
        }
    }

    private static async Task ServeAsync(TcpListener listener, CancellationToken cancellationToken)
    {
        using Socket socket = await listener.AcceptSocketAsync(cancellationToken);
        byte[] buffer = new byte[BufferSize];
        long count = 0;
        int length;
        while ((length = await socket.ReceiveAsync(buffer, cancellationToken)) > 0)
            count += length;
        BinaryPrimitives.WriteInt64BigEndian(buffer, count);
        await socket.SendAsync(buffer.AsMemory(0, sizeof(long)), cancellationToken);
    }
}
