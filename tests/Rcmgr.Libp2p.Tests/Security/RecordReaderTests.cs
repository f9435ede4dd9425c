using System.Security.Cryptography;
using CsCheck;
using Rcmgr.Libp2p.Security.Tls;
using static Rcmgr.Libp2p.Tests.Security.Handshakes;

namespace Rcmgr.Libp2p.Tests.Security;

public sealed class RecordReaderTests
{
    private static readonly byte[] Sent = RandomNumberGenerator.GetBytes(200_000);

    private readonly CountingPool _pool = new();

    [Fact]
    public async Task A_full_buffer_makes_the_next_read_go_ahead()
    {
        MemoryStream raw = new(Sent);
        RecordReader reader = new(raw, _pool) { ReadsAhead = true };
        byte[] buffer = new byte[1000];

        Assert.Equal(1000, await reader.ReadAsync(buffer, Deadline));
        Assert.Equal(1000, raw.Position);
        Assert.Equal(1000, await reader.ReadAsync(buffer, Deadline));

        Assert.Equal(1000 + RecordReader.BufferBytes, raw.Position);
        Assert.Equal(Sent[1000..2000], buffer);
        Assert.Equal(1, _pool.RentedCount);
    }

    [Fact]
    public async Task Before_it_may_it_takes_no_more_than_it_was_asked_for()
    {
        MemoryStream raw = new(Sent);
        RecordReader reader = new(raw, _pool);
        byte[] buffer = new byte[1000];
        for (int i = 1; i <= 10; i++)
        {
            Assert.Equal(1000, await reader.ReadAsync(buffer, Deadline));
            Assert.Equal(1000 * i, raw.Position);
        }

        Assert.Equal(0, _pool.LargestRent);
    }

    [Fact]
    public async Task A_remote_that_is_not_ahead_costs_no_buffer()
    {
        var (ours, theirs) = DuplexEnd.CreatePair();
        RecordReader reader = new(ours, _pool) { ReadsAhead = true };
        byte[] buffer = new byte[1000];
        for (int i = 0; i < 10; i++)
        {
            await theirs.WriteAsync(Sent.AsMemory(0, 999), Deadline);
            Assert.Equal(999, await reader.ReadAsync(buffer, Deadline));
        }

        Assert.Equal(0, _pool.LargestRent);
    }

    [Fact]
    public async Task What_waits_ahead_is_there_at_once_and_a_read_of_nothing_takes_none_of_it()
    {
        var (ours, theirs) = DuplexEnd.CreatePair();
        RecordReader reader = new(ours, _pool) { ReadsAhead = true };
        await theirs.WriteAsync(Sent.AsMemory(0, 30), Deadline);
        byte[] buffer = new byte[10];
        Assert.Equal(10, await reader.ReadAsync(buffer, Deadline));
        Assert.Equal(10, await reader.ReadAsync(buffer, Deadline));

        Assert.Equal(0, await reader.ReadAsync(Memory<byte>.Empty, Deadline));
        Assert.Equal(10, await reader.ReadAsync(buffer, Deadline));

        Assert.Equal(Sent[20..30], buffer);
        Assert.Equal(0, _pool.RentedCount);
    }

    [Fact]
    public async Task The_end_is_the_end_and_leaves_no_buffer()
    {
        RecordReader reader = new(new MemoryStream(Sent, 0, 10), _pool) { ReadsAhead = true };
        byte[] buffer = new byte[10];
        Assert.Equal(10, await reader.ReadAsync(buffer, Deadline));

        Assert.Equal(0, await reader.ReadAsync(buffer, Deadline));
        Assert.Equal(0, await reader.ReadAsync(buffer, Deadline));
        Assert.Equal(0, _pool.RentedCount);
    }

    [Fact]
    public Task Whatever_is_asked_for_the_bytes_come_in_order_and_none_is_lost() =>
        Gen.Int[1, 40_000].Array[1, 30].SampleAsync(async sizes =>
        {
            CountingPool pool = new();
            RecordReader reader = new(new MemoryStream(Sent), pool) { ReadsAhead = true };
            MemoryStream received = new();
            for (int i = 0; ; i++)
            {
                byte[] buffer = new byte[sizes[i % sizes.Length]];
                int count = await reader.ReadAsync(buffer, CancellationToken.None);
                if (count == 0)
                    break;
                received.Write(buffer, 0, count);
            }

            return received.ToArray().AsSpan().SequenceEqual(Sent) && pool.RentedCount == 0;
        }, iter: 50);
}
