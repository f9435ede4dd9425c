using System.Buffers.Binary;
using Rcmgr.Libp2p.Swarm;

namespace Rcmgr.Libp2p.Protocols;

/// <summary>
/// Swallows all that it reads until the remote ends its half, then answers how many bytes that were (8 bytes, big-endian) and ends
/// ours. Its buffer is reserved at <see cref="MemoryPriority.Medium"/>; a remote that sends nothing for 60 seconds loses the stream.
/// </summary>
internal sealed class SinkHandler(TimeProvider time) : IStreamHandler
{
    public const string Protocol = "/sink/1.0.0";

    public const string ServiceName = "rcmgr.sink";

    public const int BufferSize = 64 * 1024;

    public static readonly TimeSpan IdleLimit = TimeSpan.FromSeconds(60);

    public string ProtocolId => Protocol;

    public async ValueTask HandleAsync(PeerStream stream, CancellationToken cancellationToken)
    {
        if (stream.TryJoinService(ServiceName, BufferSize, MemoryPriority.Medium))
            await stream.ServeAsync(IdleLimit, time, deadline => SwallowAsync(stream, deadline), cancellationToken);
    }

    private static async ValueTask SwallowAsync(PeerStream stream, IdleDeadline deadline)
    {
        await using CountingTarget target = new(deadline);
        await stream.Stream.CopyToAsync(target, BufferSize, deadline.Token);
        byte[] answer = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(answer, target.Count);
        await stream.Stream.WriteAsync(answer, deadline.Token);
        await stream.CloseWriteAsync(deadline.Token);
    }

    /// <summary>Counts what is written; each piece restarts the deadline.</summary>
    private sealed class CountingTarget(IdleDeadline deadline) : WriteTarget
    {
        public long Count { get; private set; }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Count += buffer.Length;
            deadline.Restart();
            return ValueTask.CompletedTask;
        }
    }
}
