using Rcmgr.Libp2p.Swarm;

namespace Rcmgr.Libp2p.Protocols;

/// <summary>
/// Takes what a remote says has changed about it and hands it to <paramref name="received"/>, which must not block. Holds the memory
/// of the longest message as long as the stream lives. What is not acceptable resets the stream and is thrown; a remote that has not
/// sent all of it within 10 seconds loses the stream.
/// </summary>
internal sealed class IdentifyPushHandler(Action<IdentifyInfo> received, TimeProvider time) : IStreamHandler
{
    public string ProtocolId => IdentifyPush.ProtocolId;

    public async ValueTask HandleAsync(PeerStream stream, CancellationToken cancellationToken)
    {
        if (stream.TryJoinService(Identify.ServiceName, IdentifyWire.MaxMessageBytes, MemoryPriority.Always))
            await stream.ServeAsync(Identify.Timeout, time, deadline => ReceiveAsync(stream, deadline), cancellationToken);
    }

    private async ValueTask ReceiveAsync(PeerStream stream, IdleDeadline deadline)
    {
        received(await IdentifyWire.ReadAsync(stream.Stream, stream.RemotePeer, deadline.Token));
        await stream.CloseAsync(deadline.Token);
    }
}
