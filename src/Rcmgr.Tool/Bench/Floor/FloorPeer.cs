using System.Buffers.Binary;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;

namespace Rcmgr.Tool.Bench.Floor;

/// <summary>
/// The other end of a <see cref="FloorLink"/>, a process of its own: prints its address and serves one connection after the other. It stops
/// and tells its processor time as <see cref="BenchPeer"/> does.
/// </summary>
internal static class FloorPeer
{
    public const string CommandName = "bench-floor-peer";

    private const int BufferSize = 256 * 1024;

    public static async Task<int> RunAsync(FloorService service, TextWriter output, CancellationToken cancellationToken)
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        await output.WriteLineAsync(listener.LocalEndpoint.ToString().AsMemory(), cancellationToken);
        await output.FlushAsync(cancellationToken);
        using CancellationTokenSource stop = InputEnd.CancelWith(cancellationToken, onLine: () => BenchPeer.TellProcessorTime(output));
        Func<Socket, CancellationToken, Task> serve = service == FloorService.Count ? CountAsync : EchoOverTlsAsync;
        try
        {
            while (true)
            {
                using Socket socket = await listener.AcceptSocketAsync(stop.Token);
                socket.NoDelay = true;
                await serve(socket, stop.Token);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return ExitCode.Success;
        }
    }

    private static async Task CountAsync(Socket socket, CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[BufferSize];
        long count = 0;
        int length;
        while ((length = await socket.ReceiveAsync(buffer, cancellationToken)) > 0)
            count += length;
        BinaryPrimitives.WriteInt64BigEndian(buffer, count);
        await socket.SendAsync(buffer.AsMemory(0, sizeof(long)), cancellationToken);
    }

    private static async Task EchoOverTlsAsync(Socket socket, CancellationToken cancellationToken)
    {
        await using SslStream tls = new(new NetworkStream(socket));
        await tls.AuthenticateAsServerAsync(TlsFloor.CreateServerOptions(), cancellationToken);
        byte[] buffer = new byte[TlsFloor.ChunkSize];
        int length;
        while ((length = await tls.ReadAsync(buffer, cancellationToken)) > 0)
            await tls.WriteAsync(buffer.AsMemory(0, length), cancellationToken);
    }
}
