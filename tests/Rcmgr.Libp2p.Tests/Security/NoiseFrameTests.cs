using System.Security.Cryptography;
using CsCheck;
using Rcmgr.Libp2p.Security;
using Rcmgr.Libp2p.Security.Noise;
using static Rcmgr.Libp2p.Tests.Security.Handshakes;
using static Rcmgr.Libp2p.Tests.Security.NoiseStreams;

namespace Rcmgr.Libp2p.Tests.Security;

/// <summary>What a stream makes of frames that our own side would never send.</summary>
public sealed class NoiseFrameTests
{
    private readonly CountingPool _pool = new();

    [Fact]
    public async Task Frame_of_the_greatest_length_is_read()
    {
        var (raw, sender, stream) = CreateReader(_pool);
        using var cipher = sender;
        byte[] sent = RandomNumberGenerator.GetBytes(NoiseFrame.MaxMessageBytes - NoiseCipher.TagBytes);
        var writing = raw.WriteAsync(Frame(sender, sent), Deadline).AsTask();
        byte[] received = new byte[sent.Length];

        await stream.ReadExactlyAsync(received, Deadline);

        await writing;
        Assert.Equal(sent, received);
    }

    [Fact]
    public async Task Frames_without_content_are_passed_over()
    {
        var (raw, sender, stream) = CreateReader(_pool);
        using var cipher = sender;
        await raw.WriteAsync((byte[])[.. Frame(sender, []), .. Frame(sender, []), .. Frame(sender, [5])], Deadline);
        byte[] received = new byte[10];

        Assert.Equal(1, await stream.ReadAsync(received, Deadline));
        Assert.Equal(5, received[0]);
    }

    [Fact]
    public async Task Remote_that_closes_between_frames_is_the_end()
    {
        var (raw, sender, stream) = CreateReader(_pool);
        using var cipher = sender;
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
        var (raw, sender, stream) = CreateReader(_pool);
        using var cipher = sender;
        await raw.WriteAsync(Frame(sender, [5]).AsMemory(0, bytes), Deadline);
        await raw.DisposeAsync();

        await AssertBrokenAsync(stream, SecurityFailure.Truncated);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(15)]
    public async Task Frame_too_short_for_its_tag_is_malformed(int length)
    {
        var (raw, sender, stream) = CreateReader(_pool);
        using var cipher = sender;
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
        var (raw, sender, stream) = CreateReader(_pool);
        using var cipher = sender;
        byte[] frame = Frame(sender, [1, 2, 3]);
        frame[position] ^= 1;
        await raw.WriteAsync(frame, Deadline);
        await raw.WriteAsync(Frame(sender, [1, 2, 3]), Deadline);

        await AssertBrokenAsync(stream, SecurityFailure.DecryptionFailed);
    }

    [Fact]
    public async Task Replayed_frame_breaks_the_stream()
    {
        var (raw, sender, stream) = CreateReader(_pool);
        using var cipher = sender;
        byte[] frame = Frame(sender, [1, 2, 3]);
        await raw.WriteAsync(frame, Deadline);
        Assert.Equal(3, await stream.ReadAsync(new byte[10], Deadline));
        await raw.WriteAsync(frame, Deadline);

        await AssertBrokenAsync(stream, SecurityFailure.DecryptionFailed);
    }

    [Fact]
    public async Task Reordered_frames_break_the_stream()
    {
        var (raw, sender, stream) = CreateReader(_pool);
        using var cipher = sender;
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
            var (raw, sender, stream) = CreateReader(_pool);
            using var cipher = sender;
            await raw.WriteAsync(noise, Deadline);
            await raw.DisposeAsync();
            var outcome = await OutcomeAsync(stream.ReadAsync(new byte[100], Deadline));
            Assert.True(noise.Length == 0 ? outcome is null : outcome is SecurityException, outcome?.ToString());
            Assert.Equal(0, _pool.RentedCount);
        }, iter: 300, threads: 1);
    }

    private static async Task AssertBrokenAsync(Stream stream, SecurityFailure failure)
    {
        Assert.Equal(failure, FailureOf(await OutcomeAsync(stream.ReadAsync(new byte[100], Deadline))));
        Assert.Equal(failure, FailureOf(await OutcomeAsync(stream.ReadAsync(new byte[100], Deadline))));
    }
}
