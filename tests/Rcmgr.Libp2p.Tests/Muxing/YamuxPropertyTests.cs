using CsCheck;
using Rcmgr.Libp2p.Muxing;

namespace Rcmgr.Libp2p.Tests.Muxing;

public sealed class YamuxPropertyTests
{
    [Fact]
    public void Any_bytes_in_any_pieces_over_any_streams_arrive_intact() =>
        Gen.Select(Gen.Int[1, 6], Gen.Int[0, 600_000], Gen.Int[1, 100_000], Gen.Int[64, 300_000], Gen.Int[0, int.MaxValue])
            .SampleAsync(
                async (streams, bytes, largestPiece, capacity, seed) =>
                {
                    CountingBudget near = new(long.MaxValue);
                    CountingBudget far = new(long.MaxValue);
                    (YamuxConnection client, YamuxConnection server) = Sessions.Pair(near, far, capacity: capacity);
                    Task<bool[]> echoes = Task.WhenAll(Enumerable.Range(0, streams).Select(i => ExchangeAsync(client, bytes, largestPiece, seed + i)));
                    Task<bool[]> answers = Task.WhenAll(
                        Enumerable.Range(0, streams).Select(i => AnswerAsync(server, largestPiece, seed - i)));
                    bool intact = (await echoes).All(ok => ok) && (await answers).All(ok => ok);
                    await client.DisposeAsync();
                    await server.DisposeAsync();
                    Assert.True(intact);
                    Assert.Equal((0L, 0L, 0), (near.Held, far.Held, near.DoubleDisposals + far.DoubleDisposals));
                },
                iter: 40);

    /// <summary>Sends random bytes in random pieces, and expects each of them back, inverted.</summary>
    private static async Task<bool> ExchangeAsync(YamuxConnection client, int bytes, int largestPiece, int seed)
    {
        CancellationToken ct = Sessions.Deadline;
        Random random = new(seed);
        byte[] sent = new byte[bytes];
        random.NextBytes(sent);
        await using MuxedStream stream = await client.OpenStreamAsync(ct);
        Task<byte[]> reading = Sessions.ReadToEndAsync(stream, ct);
        for (int start = 0; start < bytes;)
        {
            int length = Math.Min(bytes - start, random.Next(1, largestPiece + 1));
            await stream.WriteAsync(sent.AsMemory(start, length), ct);
            start += length;
        }

        await stream.CloseWriteAsync(ct);
        byte[] received = await reading;
        Invert(received);
        return received.AsSpan().SequenceEqual(sent);
    }

    private static async Task<bool> AnswerAsync(YamuxConnection server, int largestPiece, int seed)
    {
        CancellationToken ct = Sessions.Deadline;
        Random random = new(seed);
        await using MuxedStream stream = await server.AcceptOneAsync(ct);
        byte[] buffer = new byte[largestPiece];
        while (true)
        {
            int read = await stream.ReadAsync(buffer.AsMemory(0, random.Next(1, largestPiece + 1)), ct);
            if (read == 0)
                break;
            Invert(buffer.AsSpan(0, read));
            await stream.WriteAsync(buffer.AsMemory(0, read), ct);
        }

        await stream.CloseWriteAsync(ct);
        return true;
    }

    private static void Invert(Span<byte> bytes)
    {
        foreach (ref byte value in bytes)
            value = (byte)~value;
    }
}
