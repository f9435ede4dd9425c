using Rcmgr.Libp2p.Swarm;

namespace Rcmgr.Libp2p.Protocols;

/// <summary>The sending side of identify-push: tells a peer what has changed about us.</summary>
internal static class IdentifyPush
{
    public const string ProtocolId = "/ipfs/id/push/1.0.0";

    /// <summary>As the overload with a clock, on the system's.</summary>
    public static Task SendAsync(PeerStream stream, IdentifyInfo own, CancellationToken cancellationToken) =>
        SendAsync(stream, own, TimeProvider.System, cancellationToken);

    /// <summary>Sends our description on a stream of ours and closes it; a peer that does not take it within 10 seconds gets a reset.</summary>
    /// <exception cref="ResourceLimitExceededException">The manager refused; the stream is reset.</exception>
    /// <exception cref="IdentifyException">The peer did not take it in time; the stream is reset.</exception>
    /// <exception cref="IOException">The stream was reset or its connection is over.</exception>
    public static async Task SendAsync(PeerStream stream, IdentifyInfo own, TimeProvider time, CancellationToken cancellationToken)
    {
        stream.JoinService(Identify.ServiceName);
        using IdleDeadline deadline = new(Identify.Timeout, time, cancellationToken);
        try
        {
            await Identify.SendAsync(stream, own, deadline.Token);
        }
        catch (OperationCanceledException e) when (deadline.HasExpired && !cancellationToken.IsCancellationRequested)
        {
            stream.Reset(StreamErrorCode.GarbageCollected);
            throw new IdentifyException(IdentifyFailure.TimedOut, "The peer did not take a description in time.", e);
        }
    }
}
