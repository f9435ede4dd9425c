using System.Buffers;
using Rcmgr.Libp2p.Swarm;

namespace Rcmgr.Libp2p.Protocols;

/// <summary>
/// Sends back all that it reads until the remote ends its half, then ends ours. It is the first to go when memory runs short: its
/// copy buffer is reserved at <see cref="MemoryPriority.Medium"/>. A remote that neither sends nor reads for 60 seconds loses the
/// stream.
/// </summary>
internal sealed class EchoHandler(TimeProvider time) : IStreamHandler
{
    public const string Protocol = "/echo/1.0.0";

    public const string ServiceName = "rcmgr.echo";

    /// <summary>A size that the pool hands out exactly, so that what is held is what is charged.</summary>
    public const int BufferSize = 64 * 1024;

    public static readonly TimeSpan IdleLimit = TimeSpan.FromSeconds(60);

    public string ProtocolId => Protocol;

    public async ValueTask HandleAsync(PeerStream stream, CancellationToken cancellationToken)
    {
        if (stream.TryJoinService(ServiceName, BufferSize, MemoryPriority.Medium))
            await stream.ServeAsync(IdleLimit, time, deadline => EchoAsync(stream, deadline), cancellationToken);
    }

    private static async ValueTask EchoAsync(PeerStream stream, IdleDeadline deadline)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            int length;
            while ((length = await stream.Stream.ReadAsync(buffer, deadline.Token)) > 0)
            {
                deadline.Restart();
                await stream.Stream.WriteAsync(buffer.AsMemory(0, length), deadline.Token);
                deadline.Restart();
            }

            await stream.CloseWriteAsync(deadline.Token);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
