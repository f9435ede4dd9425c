using System.Security.Cryptography;
using Rcmgr.Libp2p.Swarm;

namespace Rcmgr.Libp2p.Protocols;

/// <summary>The asking side of the ping protocol (libp2p ping specification; budget of specification §8.6).</summary>
internal static class Ping
{
    public const string ProtocolId = "/ipfs/ping/1.0.0";

    public const string ServiceName = "libp2p.ping";

    public const int BlockSize = 32;

    /// <summary>The longest wait for one answer.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    /// <summary>As the overload with a clock, on the system's.</summary>
    public static Task<TimeSpan> RoundTripAsync(PeerStream stream, CancellationToken cancellationToken) =>
        RoundTripAsync(stream, TimeProvider.System, cancellationToken);

    /// <summary>
    /// Sends one random block and waits for it to come back, 10 seconds at most. Holds the memory of both blocks meanwhile. The
    /// stream can be used for further pings, one at a time; its opener closes it with <see cref="PeerStream.CloseAsync"/>.
    /// </summary>
    /// <exception cref="ResourceLimitExceededException">The manager refused; the stream is reset.</exception>
    /// <exception cref="PingException">There was no answer in time, or a wrong one; the stream is reset.</exception>
    /// <exception cref="IOException">The stream was reset or its connection is over.</exception>
    public static async Task<TimeSpan> RoundTripAsync(PeerStream stream, TimeProvider time, CancellationToken cancellationToken)
    {
        stream.JoinService(ServiceName);
        stream.Reserve(2 * BlockSize);
        using IdleDeadline deadline = new(Timeout, time, cancellationToken);
        try
        {
            return await ExchangeAsync(stream, time, deadline.Token);
        }
        catch (OperationCanceledException e) when (deadline.HasExpired && !cancellationToken.IsCancellationRequested)
        {
            stream.Reset(StreamErrorCode.GarbageCollected);
            throw new PingException($"The peer did not answer a ping within {Timeout.TotalSeconds:0} s.", e);
        }
        catch (OperationCanceledException)
        {
            // The block may be half sent: the stream is of no further use.
            stream.Reset(StreamErrorCode.None);
            throw;
        }
        finally
        {
            stream.Scope.ReleaseMemory(2 * BlockSize);
        }
    }

    private static async Task<TimeSpan> ExchangeAsync(PeerStream stream, TimeProvider time, CancellationToken cancellationToken)
    {
        byte[] blocks = new byte[2 * BlockSize];
        Memory<byte> sent = blocks.AsMemory(0, BlockSize);
        Memory<byte> received = blocks.AsMemory(BlockSize);
        RandomNumberGenerator.Fill(sent.Span);
        long start = time.GetTimestamp();
        await stream.Stream.WriteAsync(sent, cancellationToken);
        int length = await stream.Stream.ReadAtLeastAsync(received, BlockSize, throwOnEndOfStream: false, cancellationToken);
        TimeSpan roundTrip = time.GetElapsedTime(start);
        if (length == BlockSize && sent.Span.SequenceEqual(received.Span))
            return roundTrip;
        stream.Reset(StreamErrorCode.ProtocolViolation);
        throw new PingException(length < BlockSize ? "The peer ended the stream instead of answering a ping." : "The peer answered a ping with other bytes.");
    }
}
