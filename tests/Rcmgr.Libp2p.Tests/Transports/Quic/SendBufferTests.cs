using Rcmgr.Libp2p.Transports.Quic.Ngtcp2;

namespace Rcmgr.Libp2p.Tests.Transports.Quic;

public sealed class SendBufferTests : IDisposable
{
    private readonly BlockPool _pool = new();

    public void Dispose() => _pool.Dispose();

    [Fact]
    public unsafe void What_is_filled_is_what_was_appended_and_acknowledged_blocks_are_freed()
    {
        int seed = Random.Shared.Next();
        Random random = new(seed);
        SendBuffer buffer = new(_pool);
        List<byte> written = [];
        List<byte> sent = [];
        ulong acknowledged = 0;
        NativeVector* vectors = stackalloc NativeVector[4];
        for (int i = 0; i < 2_000; i++)
        {
            byte[] bytes = new byte[random.Next(1, 3000)];
            random.NextBytes(bytes);
            Append(buffer, bytes);
            written.AddRange(bytes);
            int count = buffer.Fill(vectors, 4, out ulong total);
            ulong taken = (ulong)random.NextInt64((long)total + 1);
            Take(vectors, count, taken, sent);
            buffer.Advance(taken);
            acknowledged += (ulong)random.NextInt64((long)(buffer.Sent - acknowledged) + 1);
            int before = buffer.Held;
            int freed = buffer.Acknowledge(acknowledged);
            Assert.Equal(before - freed, buffer.Held);
        }

        Assert.True(sent.SequenceEqual(written.Take(sent.Count)), $"seed {seed}");
        buffer.Clear();
        Assert.Equal(0, buffer.Held);
    }

    [Theory]
    [InlineData(1, 1024)]
    [InlineData(1025, 2048)]
    [InlineData(1 << 20, 16 * 1024)]
    public void Small_writes_have_small_blocks(int bytes, int block) => Assert.Equal(block, SendBuffer.BlockFor(bytes));

    private static void Append(SendBuffer buffer, ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            if (buffer.Room == 0)
                buffer.AddBlock(SendBuffer.BlockFor(bytes.Length));
            int length = Math.Min(buffer.Room, bytes.Length);
            buffer.Append(bytes[..length]);
            bytes = bytes[length..];
        }
    }

    private static unsafe void Take(NativeVector* vectors, int count, ulong taken, List<byte> sent)
    {
        for (int i = 0; i < count && taken > 0; i++)
        {
            int length = (int)Math.Min(taken, vectors[i].Length);
            sent.AddRange(new ReadOnlySpan<byte>(vectors[i].Base, length));
            taken -= (ulong)length;
        }
    }
}
