using System.Runtime.CompilerServices;
using Rcmgr.Libp2p.Swarm;

namespace Rcmgr.Libp2p.Protocols;

/// <summary>
/// Sends back all that it reads until the remote ends its half, then ends ours. It is the first to go when memory runs short: a
/// copy buffer is reserved at <see cref="MemoryPriority.Medium"/>, which QUIC takes and yamux, lending its own chunks, does not. A remote
/// that neither sends nor reads for 60 seconds loses the stream.
/// </summary>
internal sealed class EchoHandler(TimeProvider time) : IStreamHandler
{
    public const string Protocol = "/echo/1.0.0";

    public const string ServiceName = "rcmgr.echo";

    /// <summary>The most of one piece; a size that the pool hands out exactly, so that what is held is what is charged.</summary>
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
        await using EchoTarget target = new(stream.Stream, deadline);
        await stream.Stream.CopyToAsync(target, BufferSize, deadline.Token);
        await stream.CloseWriteAsync(deadline.Token);
    }

    /// <summary>Writes to the stream; each piece that came, and each that went, restarts the deadline.</summary>
    private sealed class EchoTarget(Stream stream, IdleDeadline deadline) : WriteTarget
    {
        [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            deadline.Restart();
            await stream.WriteAsync(buffer, cancellationToken);
            deadline.Restart();
        }
    }
}
