using System.Buffers.Binary;
using System.Diagnostics;
using Rcmgr.Libp2p.Protocols;
using Rcmgr.Libp2p.Swarm;

namespace Rcmgr.Tool.Bench;

/// <summary>
/// Throughput: amounts are MiB. Each stream's worker takes its own stamps, when its stream is open and when the remote has confirmed
/// its last byte; the sample lasts from the earliest to the latest of them.
/// </summary>
internal static class Transfers
{
    private const int ChunkSize = 64 * 1024;

    /// <summary>Two periods of the bytes that are sent, so that one period can be compared from any offset.</summary>
    private static readonly byte[] Pattern = CreatePattern();

    /// <summary>Sends to the peer's sink, which confirms the count.</summary>
    public static Task<BenchSample> OneWayAsync(BenchLink link, int streams, long bytes, CancellationToken cancellationToken) =>
        RunAsync(link, SinkHandler.Protocol, SinkAsync, streams, bytes, cancellationToken);

    /// <summary>Sends to the peer's echo and compares all that comes back; the rate is of the bytes sent, which travel twice.</summary>
    public static Task<BenchSample> EchoAsync(BenchLink link, int streams, long bytes, CancellationToken cancellationToken) =>
        RunAsync(link, EchoHandler.Protocol, EchoAsync, streams, bytes, cancellationToken);

    private static async Task<BenchSample> RunAsync(
        BenchLink link,
        string protocol,
        Func<PeerStream, long, CancellationToken, Task> transfer,
        int streams,
        long bytes,
        CancellationToken cancellationToken)
    {
        long each = Math.Max(1, bytes / streams);
        TimeSpan processorTime = await link.GetProcessorTimeAsync(cancellationToken);
        (long Start, long End)[] stamps = await Task.WhenAll(Enumerable.Range(0, streams).Select(_ => Task.Run(Worker, cancellationToken)));
        TimeSpan elapsed = Stopwatch.GetElapsedTime(stamps.Min(stamp => stamp.Start), stamps.Max(stamp => stamp.End));
        return new BenchSample(each * streams / (1024.0 * 1024), elapsed, await link.GetProcessorTimeAsync(cancellationToken) - processorTime);

        async Task<(long Start, long End)> Worker()
        {
            await using PeerStream stream = await link.Host.OpenStreamAsync(link.Peer, protocol, cancellationToken);
            long start = Stopwatch.GetTimestamp();
            await transfer(stream, each, cancellationToken);
            long end = Stopwatch.GetTimestamp();
            await stream.CloseAsync(cancellationToken);
            return (start, end);
        }
    }

    private static async Task SinkAsync(PeerStream stream, long bytes, CancellationToken cancellationToken)
    {
        await SendAsync(stream, bytes, cancellationToken);
        byte[] answer = new byte[sizeof(long)];
        await stream.Stream.ReadExactlyAsync(answer, cancellationToken);
        long counted = BinaryPrimitives.ReadInt64BigEndian(answer);
        if (counted != bytes)
            throw new InvalidDataException($"The peer counted {counted} of {bytes} bytes.");
    }

    private static async Task EchoAsync(PeerStream stream, long bytes, CancellationToken cancellationToken) =>
        await Task.WhenAll(
            Task.Run(() => SendAsync(stream, bytes, cancellationToken), cancellationToken),
            CompareAsync(stream, bytes, cancellationToken));

    private static async Task SendAsync(PeerStream stream, long bytes, CancellationToken cancellationToken)
    {
        ReadOnlyMemory<byte> chunk = Pattern.AsMemory(0, ChunkSize);
        for (long left = bytes; left > 0; left -= Math.Min(left, ChunkSize))
            await stream.Stream.WriteAsync(chunk[..(int)Math.Min(left, ChunkSize)], cancellationToken);
        await stream.CloseWriteAsync(cancellationToken);
    }

    private static async Task CompareAsync(PeerStream stream, long bytes, CancellationToken cancellationToken)
    {
        await using ComparingTarget target = new();
        await stream.Stream.CopyToAsync(target, ChunkSize, cancellationToken);
        if (target.Count != bytes)
            throw new InvalidDataException($"The peer echoed {target.Count} of {bytes} bytes.");
    }

    private static byte[] CreatePattern()
    {
        byte[] pattern = new byte[2 * ChunkSize];
        new Random(1).NextBytes(pattern.AsSpan(0, ChunkSize));
        pattern.AsSpan(0, ChunkSize).CopyTo(pattern.AsSpan(ChunkSize));
        return pattern;
    }

    /// <summary>Compares what is written with what was sent.</summary>
    private sealed class ComparingTarget : WriteTarget
    {
        public long Count { get; private set; }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (!buffer.Span.SequenceEqual(Pattern.AsSpan((int)(Count % ChunkSize), buffer.Length)))
                throw new InvalidDataException($"The peer echoed other bytes after {Count}.");
            Count += buffer.Length;
            return ValueTask.CompletedTask;
        }
    }
}
