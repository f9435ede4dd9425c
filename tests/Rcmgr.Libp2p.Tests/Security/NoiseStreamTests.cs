using System.Buffers.Binary;
using System.Security.Cryptography;
using CsCheck;
using Rcmgr.Libp2p.Security;
using Rcmgr.Libp2p.Security.Noise;
using static Rcmgr.Libp2p.Tests.Security.Handshakes;

namespace Rcmgr.Libp2p.Tests.Security;

public sealed class NoiseStreamTests
{
    private static readonly byte[] KeyAB = RandomNumberGenerator.GetBytes(NoiseCipher.KeyBytes);
    private static readonly byte[] KeyBA = RandomNumberGenerator.GetBytes(NoiseCipher.KeyBytes);

    private readonly CountingPool _pool = new();

    [Fact]
    public async Task Any_sizes_of_writes_and_reads_carry_the_same_bytes()
    {
        var sizes = Gen.OneOf(Gen.Int[1, 100], Gen.Int[60_000, 140_000]).Array[1, 6];
        await Gen.Select(sizes, sizes).SampleAsync(async (writes, reads) =>
        {
            var (a, b) = CreatePair();
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
        var stream = new NoiseStream(recorder, Cipher(KeyAB), Cipher(KeyBA), _pool);

        await stream.WriteAsync(new byte[200_000], Deadline);

        byte[] written = recorder.Written;
        int plaintext = 0;
        for (int at = 0; at < written.Length;)
        {
            int length = BinaryPrimitives.ReadUInt16BigEndian(written.AsSpan(at));
            plaintext += length - NoiseCipher.TagBytes;
            at += 2 + length;
            Assert.True(at <= written.Length);
        }
        Assert.Equal(200_000, plaintext);
    }

    [Fact]
    public async Task Frame_of_the_greatest_length_is_read()
    {
        var (raw, stream) = CreateReader();
        using var sender = Cipher(KeyAB);
        byte[] sent = RandomNumberGenerator.GetBytes(NoiseFrame.MaxMessageBytes - NoiseCipher.TagBytes);
        var writing = raw.WriteAsync(Frame(sender, sent), Deadline).AsTask();
        byte[] received = new byte[sent.Length];

        await stream.ReadExactlyAsync(received, Deadline);

        await writing;
        Assert.Equal(sent, received);
    }

    [Fact]
    public async Task Buffers_stay_within_the_stated_bounds_and_are_returned_when_idle()
    {
        var (a, b) = CreatePair();
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
        var (a, b) = CreatePair();
        var pending = b.ReadAsync(new byte[10], Deadline).AsTask();

        Assert.Equal(0, _pool.RentedCount);

        await a.WriteAsync(new byte[10], Deadline);
        Assert.Equal(10, await pending);
        Assert.Equal(0, _pool.RentedCount);
    }

    [Fact]
    public async Task Empty_read_waits_for_bytes_and_takes_none()
    {
        var (a, b) = CreatePair();
        var waiting = b.ReadAsync(Memory<byte>.Empty, Deadline).AsTask();
        Assert.False(waiting.IsCompleted);

        await a.WriteAsync(new byte[] { 7 }, Deadline);

        Assert.Equal(0, await waiting);
        byte[] received = new byte[1];
        Assert.Equal(1, await b.ReadAsync(received, Deadline));
        Assert.Equal(7, received[0]);
    }

    [Fact]
    public async Task Frames_without_content_are_passed_over()
    {
        var (raw, stream) = CreateReader();
        using var sender = Cipher(KeyAB);
        await raw.WriteAsync((byte[])[.. Frame(sender, []), .. Frame(sender, []), .. Frame(sender, [5])], Deadline);
        byte[] received = new byte[10];

        Assert.Equal(1, await stream.ReadAsync(received, Deadline));
        Assert.Equal(5, received[0]);
    }

    [Fact]
    public async Task Remote_that_closes_between_frames_is_the_end()
    {
        var (raw, stream) = CreateReader();
        using var sender = Cipher(KeyAB);
        await raw.WriteAsync(Frame(sender, [5]), Deadline);
        await raw.DisposeAsync();

        Assert.Equal(1, await stream.ReadAsync(new byte[10], Deadline));
        Assert.Equal(0, await stream.ReadAsync(new byte[10], Deadline));
        Assert.Equal(0, await stream.ReadAsync(new byte[10], Deadline));
        Assert.Equal(0, _pool.RentedCount);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(10)]
    [InlineData(18)]
    public async Task Remote_that_closes_inside_a_frame_is_an_error(int bytes)
    {
        var (raw, stream) = CreateReader();
        using var sender = Cipher(KeyAB);
        await raw.WriteAsync(Frame(sender, [5]).AsMemory(0, bytes), Deadline);
        await raw.DisposeAsync();

        await AssertBrokenAsync(stream, SecurityFailure.Truncated);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(15)]
    public async Task Frame_too_short_for_its_tag_is_malformed(int length)
    {
        var (raw, stream) = CreateReader();
        await raw.WriteAsync(new byte[2 + 20].AsMemory(0, 2 + length), Deadline);
        await raw.WriteAsync(new byte[] { 0, (byte)length }, Deadline);

        await AssertBrokenAsync(stream, SecurityFailure.Malformed);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(5)]
    [InlineData(20)]
    public async Task Changed_frame_breaks_the_stream_for_good(int position)
    {
        var (raw, stream) = CreateReader();
        using var sender = Cipher(KeyAB);
        byte[] frame = Frame(sender, [1, 2, 3]);
        frame[position] ^= 1;
        await raw.WriteAsync(frame, Deadline);
        await raw.WriteAsync(Frame(sender, [1, 2, 3]), Deadline);

        await AssertBrokenAsync(stream, SecurityFailure.DecryptionFailed);
    }

    [Fact]
    public async Task Replayed_frame_breaks_the_stream()
    {
        var (raw, stream) = CreateReader();
        using var sender = Cipher(KeyAB);
        byte[] frame = Frame(sender, [1, 2, 3]);
        await raw.WriteAsync(frame, Deadline);
        Assert.Equal(3, await stream.ReadAsync(new byte[10], Deadline));
        await raw.WriteAsync(frame, Deadline);

        await AssertBrokenAsync(stream, SecurityFailure.DecryptionFailed);
    }

    [Fact]
    public async Task Reordered_frames_break_the_stream()
    {
        var (raw, stream) = CreateReader();
        using var sender = Cipher(KeyAB);
        byte[] first = Frame(sender, [1]);
        await raw.WriteAsync(Frame(sender, [2]), Deadline);
        await raw.WriteAsync(first, Deadline);

        await AssertBrokenAsync(stream, SecurityFailure.DecryptionFailed);
    }

    [Fact]
    public async Task Random_bytes_break_the_stream_with_a_typed_error()
    {
        await Gen.Byte.Array[0, 400].SampleAsync(async noise =>
        {
            var (raw, stream) = CreateReader();
            await raw.WriteAsync(noise, Deadline);
            await raw.DisposeAsync();
            var outcome = await OutcomeAsync(stream.ReadAsync(new byte[100], Deadline));
            Assert.True(noise.Length == 0 ? outcome is null : outcome is SecurityException, outcome?.ToString());
            Assert.Equal(0, _pool.RentedCount);
        }, iter: 300, threads: 1);
    }

    [Fact]
    public async Task Cancelled_read_loses_no_bytes()
    {
        var (a, b) = CreatePair();
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
        var (a, b) = CreatePair();
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
        var (a, b) = CreatePair();
        var reading = b.ReadAsync(new byte[1], Deadline).AsTask();
        var writing = WriteOutcomeAsync(a, new byte[1_000_000], Deadline);

        Assert.IsType<InvalidOperationException>(await OutcomeAsync(b.ReadAsync(new byte[1], Deadline)));
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
        var (a, _) = CreatePair();
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
            var (a, b) = CreatePair();
            var work = new[] { PumpAsync(a), PumpAsync(b), DrainAsync(a), DrainAsync(b) };
            foreach (int _ in Enumerable.Range(0, round % 10))
                await Task.Yield();

            await Task.WhenAll(Task.Run(a.Dispose, Deadline), Task.Run(() => b.DisposeAsync().AsTask(), Deadline));

            await Task.WhenAll(work).WaitAsync(Deadline);
            Assert.Equal(0, _pool.RentedCount);
        }
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

    private static async Task AssertBrokenAsync(Stream stream, SecurityFailure failure)
    {
        Assert.Equal(failure, FailureOf(await OutcomeAsync(stream.ReadAsync(new byte[100], Deadline))));
        Assert.Equal(failure, FailureOf(await OutcomeAsync(stream.ReadAsync(new byte[100], Deadline))));
    }

    private static byte[] Frame(NoiseCipher sender, byte[] plaintext)
    {
        byte[] frame = new byte[NoiseFrame.OverheadBytes + plaintext.Length];
        BinaryPrimitives.WriteUInt16BigEndian(frame, (ushort)(plaintext.Length + NoiseCipher.TagBytes));
        sender.Encrypt(default, plaintext, frame.AsSpan(2));
        return frame;
    }

    private static NoiseCipher Cipher(byte[] key) => new(key);

    private (NoiseStream A, NoiseStream B) CreatePair()
    {
        var (a, b) = DuplexEnd.CreatePair();
        return (new NoiseStream(a, Cipher(KeyAB), Cipher(KeyBA), _pool), new NoiseStream(b, Cipher(KeyBA), Cipher(KeyAB), _pool));
    }

    private (DuplexEnd Raw, NoiseStream Stream) CreateReader()
    {
        var (a, b) = DuplexEnd.CreatePair();
        return (a, new NoiseStream(b, Cipher(KeyBA), Cipher(KeyAB), _pool));
    }
}
