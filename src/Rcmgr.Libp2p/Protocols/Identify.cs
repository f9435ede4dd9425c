using Rcmgr.Libp2p.Swarm;

namespace Rcmgr.Libp2p.Protocols;

/// <summary>Both directions of identify messages on a stream (libp2p identify specification; budget of specification §8.6).</summary>
internal static class Identify
{
    public const string ProtocolId = "/ipfs/id/1.0.0";

    public const string ServiceName = "libp2p.identify";

    /// <summary>The longest that reading or sending one description may take, all of it together.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    /// <summary>As the overload with a clock, on the system's.</summary>
    public static Task<IdentifyInfo> ReadAsync(PeerStream stream, CancellationToken cancellationToken) =>
        ReadAsync(stream, TimeProvider.System, cancellationToken);

    /// <summary>
    /// Reads what the peer at the other end says about itself, within 10 seconds, and closes the stream. Holds the memory of the
    /// longest message meanwhile.
    /// </summary>
    /// <exception cref="ResourceLimitExceededException">The manager refused; the stream is reset.</exception>
    /// <exception cref="IdentifyException">The description is not acceptable or did not come; the stream is reset.</exception>
    /// <exception cref="IOException">The stream was reset or its connection is over.</exception>
    public static async Task<IdentifyInfo> ReadAsync(PeerStream stream, TimeProvider time, CancellationToken cancellationToken)
    {
        stream.JoinService(ServiceName);
        stream.Reserve(IdentifyWire.MaxMessageBytes);
        try
        {
            IdentifyInfo info = await ReadInTimeAsync(stream, time, cancellationToken);
            await stream.CloseAsync(cancellationToken);
            return info;
        }
        finally
        {
            stream.Scope.ReleaseMemory(IdentifyWire.MaxMessageBytes);
        }
    }

    /// <summary>Sends a description and closes the stream.</summary>
    /// <exception cref="ArgumentException">The description is longer than peers accept.</exception>
    public static async ValueTask SendAsync(PeerStream stream, IdentifyInfo own, CancellationToken cancellationToken)
    {
        IdentifyInfo info = own with { ObservedAddress = stream.RemoteAddress.WithoutPeer() };
        await stream.Stream.WriteAsync(IdentifyWire.Encode(info), cancellationToken);
        await stream.CloseAsync(cancellationToken);
    }

    private static async Task<IdentifyInfo> ReadInTimeAsync(PeerStream stream, TimeProvider time, CancellationToken cancellationToken)
    {
        using IdleDeadline deadline = new(Timeout, time, cancellationToken);
        try
        {
            return await IdentifyWire.ReadAsync(stream.Stream, stream.RemotePeer, deadline.Token);
        }
        catch (OperationCanceledException e) when (deadline.HasExpired && !cancellationToken.IsCancellationRequested)
        {
            stream.Reset(StreamErrorCode.GarbageCollected);
            throw new IdentifyException(IdentifyFailure.TimedOut, $"The peer did not describe itself within {Timeout.TotalSeconds:0} s.", e);
        }
        catch (OperationCanceledException)
        {
            stream.Reset(StreamErrorCode.None);
            throw;
        }
        catch (IdentifyException)
        {
            stream.Reset(StreamErrorCode.ProtocolViolation);
            throw;
        }
    }
}
