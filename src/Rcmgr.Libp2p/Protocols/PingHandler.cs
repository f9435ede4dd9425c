using Rcmgr.Libp2p.Swarm;

namespace Rcmgr.Libp2p.Protocols;

/// <summary>
/// Answers pings: sends every block of 32 bytes back until the remote ends its half, then ends ours (js-libp2p counts a stream as
/// open until then). A remote that completes no block for 60 seconds loses the stream.
/// </summary>
internal sealed class PingHandler(TimeProvider time) : IStreamHandler
{
    public static readonly TimeSpan IdleLimit = TimeSpan.FromSeconds(60);

    public string ProtocolId => Ping.ProtocolId;

    public async ValueTask HandleAsync(PeerStream stream, CancellationToken cancellationToken)
    {
        if (stream.TryJoinService(Ping.ServiceName, Ping.BlockSize, MemoryPriority.Always))
            await stream.ServeAsync(IdleLimit, time, deadline => AnswerAsync(stream, deadline), cancellationToken);
    }

    private static async ValueTask AnswerAsync(PeerStream stream, IdleDeadline deadline)
    {
        byte[] block = new byte[Ping.BlockSize];
        int length;
        while ((length = await stream.Stream.ReadAtLeastAsync(block, block.Length, throwOnEndOfStream: false, deadline.Token)) == block.Length)
        {
            deadline.Restart();
            await stream.Stream.WriteAsync(block, deadline.Token);
        }

        if (length == 0)
            await stream.CloseWriteAsync(deadline.Token);
        else
            stream.Reset(StreamErrorCode.ProtocolViolation);
    }
}
