using Rcmgr.Libp2p.Swarm;

namespace Rcmgr.Libp2p.Protocols;

/// <summary>
/// Tells a remote who we are. <paramref name="describe"/> gives what is true now; the address at which we see the remote is added.
/// A remote that does not take the answer within 10 seconds loses the stream.
/// </summary>
internal sealed class IdentifyHandler(Func<IdentifyInfo> describe, TimeProvider time) : IStreamHandler
{
    public string ProtocolId => Identify.ProtocolId;

    public async ValueTask HandleAsync(PeerStream stream, CancellationToken cancellationToken)
    {
        if (!stream.TryJoinService(Identify.ServiceName))
            return;
        await stream.ServeAsync(
            Identify.Timeout, time, deadline => Identify.SendAsync(stream, describe(), deadline.Token), cancellationToken);
    }
}
