using System.Security.Cryptography;
using Rcmgr.Libp2p.Security;
using Rcmgr.Libp2p.Security.Tls;
using static Rcmgr.Libp2p.Tests.Security.Handshakes;

namespace Rcmgr.Libp2p.Tests.Security;

/// <summary>What a libp2p TLS stream makes of the writes below it.</summary>
public sealed class TlsStreamTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(1000, 1)]
    [InlineData(17_000, 1)]
    [InlineData(RecordGatherer.MaxPlaintextBytes, 1)]
    [InlineData(RecordGatherer.MaxPlaintextBytes + 1, 2)]
    [InlineData(300_000, 3)]
    public async Task A_large_write_leaves_in_pieces_of_many_records(int length, int pieces)
    {
        var (recorder, sender, receiver) = await ConnectAsync();
        int before = recorder.WriteCount;
        byte[] sent = RandomNumberGenerator.GetBytes(length);
        byte[] received = new byte[length];

        Task reading = receiver.ReadExactlyAsync(received, Deadline).AsTask();
        await sender.WriteAsync(sent, Deadline);
        await reading;

        Assert.Equal(sent, received);
        Assert.Equal(pieces, recorder.WriteCount - before);
    }

    [Fact]
    public async Task Many_writes_of_every_size_arrive_whole_both_ways_at_once()
    {
        var (_, sender, receiver) = await ConnectAsync();

        await Task.WhenAll(CrossAsync(sender, receiver, 1), CrossAsync(receiver, sender, 2));

        static Task CrossAsync(Stream from, Stream to, int seed)
        {
            byte[] sent = new byte[1_000_000];
            new Random(seed).NextBytes(sent);
            byte[] received = new byte[sent.Length];
            return Task.WhenAll(
                Task.Run(() => SendAsync(from, sent)),
                Task.Run(async () =>
                {
                    await to.ReadExactlyAsync(received, Deadline);
                    Assert.True(received.AsSpan().SequenceEqual(sent));
                }));
        }

        static async Task SendAsync(Stream stream, byte[] bytes)
        {
            for (int start = 0, length = 1; start < bytes.Length; start += length, length = (length * 3) % 200_003)
                await stream.WriteAsync(bytes.AsMemory(start, length = Math.Min(length, bytes.Length - start)), Deadline);
        }
    }

    [Fact]
    public async Task A_large_write_that_is_given_up_midway_breaks_sending()
    {
        var (_, sender, _) = await ConnectAsync();
        using CancellationTokenSource giveUp = new();
        // Nobody reads, so this waits for room.
        Task writing = sender.WriteAsync(new byte[100_000], giveUp.Token).AsTask();
        Assert.False(writing.IsCompleted);

        await giveUp.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => writing);
        await Assert.ThrowsAnyAsync<IOException>(() => sender.WriteAsync(new byte[1], Deadline).AsTask());
    }

    [Fact]
    public async Task A_large_write_given_up_before_it_began_breaks_nothing()
    {
        var (_, sender, receiver) = await ConnectAsync();
        CancellationToken cancelled = new(canceled: true);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sender.WriteAsync(new byte[100_000], cancelled).AsTask());

        await sender.WriteAsync(new byte[] { 5 }, Deadline);
        byte[] received = new byte[1];
        await receiver.ReadExactlyAsync(received, Deadline);
        Assert.Equal(5, received[0]);
    }

    private static async Task<(RecordingStream Raw, Stream Sender, Stream Receiver)> ConnectAsync()
    {
        var (a, b) = DuplexEnd.CreatePair();
        RecordingStream recorder = new(a);
        Task<SecuredChannel> dialled = Tls(Alice, Yamux).SecureAsync(recorder, isInitiator: true, null, Deadline).AsTask();
        Task<SecuredChannel> accepted = Tls(Bob, Yamux).SecureAsync(b, isInitiator: false, null, Deadline).AsTask();
        return (recorder, (await dialled).Stream, (await accepted).Stream);
    }
}
