using System.Buffers.Binary;
using System.Security.Cryptography;
using CsCheck;
using Rcmgr.Libp2p.Muxing;
using Rcmgr.Libp2p.Security.Noise;
using static Rcmgr.Libp2p.Tests.Security.Handshakes;
using static Rcmgr.Libp2p.Tests.Security.NoiseStreams;

namespace Rcmgr.Libp2p.Tests.Security;

public sealed class NoiseStreamTests
{
    private readonly CountingPool _pool = new();

    [Fact]
    public async Task Any_sizes_of_writes_and_reads_carry_the_same_bytes()
    {
        var sizes = Gen.OneOf(Gen.Int[1, 100], Gen.Int[60_000, 140_000]).Array[1, 6];
        await Gen.Select(sizes, sizes).SampleAsync(async (writes, reads) =>
        {
            var (a, b) = CreatePair(_pool);
            byte[] sent = RandomNumberGenerator.GetBytes(writes.Sum());
            var writing = WriteInPiecesAsync(a, sent, writes);
            byte[] received = new byte[sent.Length];
            int count = 0;
            foreach (int size in Enumerable.Repeat(reads, int.MaxValue).SelectMany(x => x))
            {
                int read = await b.ReadAsync(received.AsMemory(count, Math.Min(size, received.Length - count)), Deadline);
                count += read;
                if (read == 0 || count == received.Length)
                    break;
            }
            await writing;
            Assert.Equal(sent, received);
            Assert.Equal(0, _pool.RentedCount);
        }, iter: 40, threads: 1);
    }

    [Fact]
    public async Task Long_write_is_cut_into_frames_that_fit_the_length_field()
    {
        var recorder = new RecordingStream(new MemoryStream());
        var stream = Create(recorder, _pool);

        await stream.WriteAsync(new byte[200_000], Deadline);

        Assert.Equal(200_000, FrameLengths(recorder.Written).Sum());
    }

    [Fact]
    public async Task A_batch_of_the_muxer_leaves_in_one_write()
    {
        var recorder = new RecordingStream(new MemoryStream());
        var stream = Create(recorder, _pool);

        await stream.WriteAsync(new byte[YamuxOptions.Default.SendBatch], Deadline);

        Assert.Equal(1, recorder.WriteCount);
    }

    [Fact]
    public async Task A_grown_batch_of_the_muxer_leaves_in_one_write_once_the_stream_has_grown()
    {
        var recorder = new RecordingStream(new MemoryStream());
        var stream = Create(recorder, _pool);
        await stream.WriteAsync(new byte[YamuxOptions.GrownSendBatch], Deadline);
        Assert.Equal(2, recorder.WriteCount);

        stream.GrowSending();
        await stream.WriteAsync(new byte[YamuxOptions.GrownSendBatch], Deadline);

        Assert.Equal(3, recorder.WriteCount);
    }

    [Fact]
    public async Task Batches_of_the_muxer_are_frames_of_one_length_that_the_cipher_is_fastest_with()
    {
        var recorder = new RecordingStream(new MemoryStream());
        var stream = Create(recorder, _pool);

        await stream.WriteAsync(new byte[YamuxOptions.Default.SendBatch], Deadline);
        stream.GrowSending();
        await stream.WriteAsync(new byte[YamuxOptions.GrownSendBatch], Deadline);

        const int evenNumberOfBlocks = 1020 * 64;
        Assert.Equal(Enumerable.Repeat(evenNumberOfBlocks, 2 + 4), FrameLengths(recorder.Written));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Grown_buffers_stay_within_their_own_bounds_and_carry_the_same_bytes(bool alsoReceiving)
    {
        var (a, b) = CreatePair(_pool);
        a.GrowSending();
        if (alsoReceiving)
            b.GrowReceiving();
        byte[] sent = RandomNumberGenerator.GetBytes(1_000_000);
        byte[] received = new byte[sent.Length];
        Task reading = b.ReadExactlyAsync(received, Deadline).AsTask();
        await a.WriteAsync(sent, Deadline);
        await reading;

        Assert.Equal(sent, received);
        Assert.Equal(0, _pool.RentedCount);
        Assert.Equal(NoiseWriter.GrownBufferBytes, _pool.LargestRent);
        Assert.Equal(NoiseWriter.GrownBufferBytes, NoiseReader.GrownBufferBytes);
    }

    [Fact]
    public async Task Buffers_stay_within_the_stated_bounds_and_are_returned_when_idle()
    {
        var (a, b) = CreatePair(_pool);
        byte[] received = new byte[1000];
        var writing = a.WriteAsync(new byte[1_000_000], Deadline).AsTask();
        for (int count = 0; count < 1_000_000;)
            count += await b.ReadAsync(received, Deadline);
        await writing;

        Assert.Equal(0, _pool.RentedCount);
        Assert.True(_pool.LargestRent <= Math.Max(NoiseReader.MaxBufferBytes, NoiseWriter.MaxBufferBytes));
        Assert.Equal(NoiseProtocol.TransportBufferBytes, NoiseReader.MaxBufferBytes + NoiseWriter.MaxBufferBytes);
    }

    [Fact]
    public async Task Read_that_waits_for_an_idle_remote_holds_no_buffer()
    {
        var (a, b) = CreatePair(_pool);
        var pending = b.ReadAsync(new byte[10], Deadline).AsTask();

        Assert.Equal(0, _pool.RentedCount);

        await a.WriteAsync(new byte[10], Deadline);
        Assert.Equal(10, await pending);
        Assert.Equal(0, _pool.RentedCount);
    }

    [Fact]
    public async Task Empty_read_waits_for_bytes_and_takes_none()
    {
        var (a, b) = CreatePair(_pool);
        var waiting = b.ReadAsync(Memory<byte>.Empty, Deadline).AsTask();
        Assert.False(waiting.IsCompleted);

        await a.WriteAsync(new byte[] { 7 }, Deadline);

        Assert.Equal(0, await waiting);
        byte[] received = new byte[1];
        Assert.Equal(1, await b.ReadAsync(received, Deadline));
        Assert.Equal(7, received[0]);
    }

    [Fact]
    public async Task Cancelled_read_loses_no_bytes()
    {
        var (a, b) = CreatePair(_pool);
        using var cancel = new CancellationTokenSource();
        var pending = OutcomeAsync(b.ReadAsync(new byte[10], cancel.Token));
        await cancel.CancelAsync();
        Assert.IsAssignableFrom<OperationCanceledException>(await pending);
        Assert.Equal(0, _pool.RentedCount);

        await a.WriteAsync(new byte[] { 1, 2, 3 }, Deadline);

        Assert.Equal(3, await b.ReadAsync(new byte[10], Deadline));
    }

    [Fact]
    public async Task Write_cancelled_midway_breaks_the_sending_direction_only()
    {
        var (a, b) = CreatePair(_pool);
        using var cancel = new CancellationTokenSource();
        var pending = WriteOutcomeAsync(a, new byte[1_000_000], cancel.Token);
        await cancel.CancelAsync();

        Assert.IsAssignableFrom<OperationCanceledException>(await pending);
        Assert.IsAssignableFrom<IOException>(await WriteOutcomeAsync(a, new byte[1], Deadline));
        await b.WriteAsync(new byte[] { 1 }, Deadline);
        Assert.Equal(1, await a.ReadAsync(new byte[10], Deadline));
        Assert.Equal(0, _pool.RentedCount);
    }

    [Fact]
    public async Task Second_reader_and_second_writer_are_refused()
    {
        var (a, b) = CreatePair(_pool);
        var reading = b.ReadAsync(new byte[1], Deadline).AsTask();
        Assert.IsType<InvalidOperationException>(await OutcomeAsync(b.ReadAsync(new byte[1], Deadline)));

        // Only now: what is written ends the first read.
        var writing = WriteOutcomeAsync(a, new byte[1_000_000], Deadline);
        Assert.IsType<InvalidOperationException>(await WriteOutcomeAsync(a, new byte[1], Deadline));

        await reading;
        await a.DisposeAsync();
        Assert.NotNull(await writing);
        Assert.Equal(1, _pool.RentedCount);
        await b.DisposeAsync();
        Assert.Equal(0, _pool.RentedCount);
    }

    [Fact]
    public async Task Disposed_stream_refuses_reads_and_writes()
    {
        var (a, _) = CreatePair(_pool);
        await a.DisposeAsync();
        await a.DisposeAsync();

        Assert.False(a.CanRead);
        Assert.False(a.CanWrite);
        Assert.IsType<ObjectDisposedException>(await OutcomeAsync(a.ReadAsync(new byte[1], Deadline)));
        Assert.IsType<ObjectDisposedException>(await WriteOutcomeAsync(a, new byte[1], Deadline));
    }

    [Fact]
    public async Task Disposal_in_a_race_with_reads_and_writes_returns_every_buffer_once()
    {
        foreach (int round in Enumerable.Range(0, 100))
        {
            var (a, b) = CreatePair(_pool);
            var work = new[] { PumpAsync(a), PumpAsync(b), DrainAsync(a), DrainAsync(b) };
            foreach (int _ in Enumerable.Range(0, round % 10))
                await Task.Yield();

            await Task.WhenAll(Task.Run(a.Dispose, Deadline), Task.Run(() => b.DisposeAsync().AsTask(), Deadline));

            await Task.WhenAll(work).WaitAsync(Deadline);
            Assert.Equal(0, _pool.RentedCount);
        }
    }

    /// <summary>The plaintext of each frame in <paramref name="written"/>.</summary>
    private static List<int> FrameLengths(byte[] written)
    {
        List<int> lengths = [];
        for (int at = 0; at < written.Length;)
        {
            int length = BinaryPrimitives.ReadUInt16BigEndian(written.AsSpan(at));
            lengths.Add(length - NoiseCipher.TagBytes);
            at += 2 + length;
            Assert.True(at <= written.Length);
        }

        return lengths;
    }

    private static async Task PumpAsync(Stream stream)
    {
        await Task.Yield();
        while (await WriteOutcomeAsync(stream, new byte[100_000], Deadline) is null)
        {
        }
    }

    private static async Task DrainAsync(Stream stream)
    {
        await Task.Yield();
        byte[] buffer = new byte[3000];
        try
        {
            while (await stream.ReadAsync(buffer, Deadline) > 0)
            {
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
        }
    }

    private static async Task WriteInPiecesAsync(Stream stream, byte[] data, int[] sizes)
    {
        int at = 0;
        foreach (int size in sizes)
        {
            await stream.WriteAsync(data.AsMemory(at, size), Deadline);
            at += size;
        }
    }

    private static async Task<Exception?> WriteOutcomeAsync(Stream stream, byte[] data, CancellationToken ct)
    {
        try
        {
            await stream.WriteAsync(data, ct);
            return null;
        }
        catch (Exception e)
        {
            return e;
        }
    }
}
