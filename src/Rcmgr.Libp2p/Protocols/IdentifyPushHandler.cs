using System.Runtime.CompilerServices;
using Rcmgr.Libp2p.Swarm;

namespace Rcmgr.Libp2p.Protocols;

/// <summary>
/// Takes what a remote says has changed about it and hands it to <paramref name="received"/>, which must not block. Holds the memory
/// of the longest message as long as the stream lives. What is not acceptable resets the stream and is thrown; a remote that has not
/// sent all of it within 10 seconds loses the stream. So does one that pushes too often over one connection: peers change seldom.
/// </summary>
internal sealed class IdentifyPushHandler(Action<IdentifyInfo> received, TimeProvider time) : IStreamHandler
{
    /// <summary>Pushes that one connection may bring at once.</summary>
    public const int Burst = 16;

    /// <summary>How long it takes until a connection may bring one more.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    // An entry goes with its connection.
    private readonly ConditionalWeakTable<object, PushRate> _buckets = [];

    public string ProtocolId => IdentifyPush.ProtocolId;

    public async ValueTask HandleAsync(PeerStream stream, CancellationToken cancellationToken)
    {
        PushRate bucket = _buckets.GetValue(stream.Connection ?? stream, _ => new PushRate(Burst, Interval, time));
        if (!bucket.TryTake())
        {
            stream.Reset(StreamErrorCode.RateLimited);
            return;
        }

        if (stream.TryJoinService(Identify.ServiceName, IdentifyWire.MaxMessageBytes, MemoryPriority.Always))
            await stream.ServeAsync(Identify.Timeout, time, deadline => ReceiveAsync(stream, deadline), cancellationToken);
    }

    private async ValueTask ReceiveAsync(PeerStream stream, IdleDeadline deadline)
    {
        received(await IdentifyWire.ReadAsync(stream.Stream, stream.RemotePeer, deadline.Token));
        await stream.CloseAsync(deadline.Token);
    }
}
