using System.Buffers;
using System.Runtime.InteropServices;
using CsCheck;
using Rcmgr.Libp2p.Muxing;

namespace Rcmgr.Libp2p.Tests.Muxing;

public sealed class ReceiveBufferTests
{
    private enum Step
    {
        Append,
        Read,
        Borrow,
    }

    [Fact]
    public void Buffer_is_a_queue_of_bytes() =>
        Gen.Select(Gen.Enum<Step>(), Gen.Int[0, 90_000]).Array[0, 60].Sample(
            steps =>
            {
                ReceiveBuffer buffer = new();
                byte written = 0;
                byte read = 0;
                long count = 0;
                foreach ((Step step, int size) in steps)
                {
                    switch (step)
                    {
                        case Step.Append:
                            Append(size);
                            break;
                        case Step.Read:
                            byte[] bytes = new byte[size];
                            int length = buffer.Read(bytes);
                            Assert.Equal(Math.Min(size, count), length);
                            Check(bytes.AsSpan(0, length));
                            break;
                        case Step.Borrow when count > 0 && size > 0:
                            ReadOnlyMemory<byte> lent = buffer.Lend(size);
                            Assert.InRange(lent.Length, 1, size);
                            Append(size);
                            Check(lent.Span);
                            Assert.Equal(lent.Length, buffer.TakeBack());
                            break;
                    }

                    Assert.Equal(count, buffer.Count);
                }

                buffer.Clear();
                return buffer.Count == 0 && buffer.Read(new byte[1]) == 0;

                void Append(int size)
                {
                    byte[] bytes = new byte[size];
                    foreach (ref byte value in bytes.AsSpan())
                        value = written++;
                    buffer.Append(bytes);
                    count += size;
                }

                void Check(ReadOnlySpan<byte> bytes)
                {
                    foreach (byte value in bytes)
                    {
                        if (value != read++)
                            Assert.Fail("A byte is not the one that was appended.");
                    }

                    count -= bytes.Length;
                }
            },
            iter: 200);

    [Fact]
    public void What_is_lent_when_the_buffer_is_cleared_stays_the_borrowers()
    {
        ReceiveBuffer buffer = new();
        buffer.Append(new byte[4096]);
        buffer.Append(new byte[8192]);
        ReadOnlyMemory<byte> lent = buffer.Lend(100);

        buffer.Clear();

        Assert.True(MemoryMarshal.TryGetArray(lent, out ArraySegment<byte> segment));
        Assert.NotSame(segment.Array, ArrayPool<byte>.Shared.Rent(4096));
        Assert.Equal((0, 0), (buffer.TakeBack(), buffer.Count));
        buffer.Append([7]);
        Assert.Equal(7, buffer.Lend(1).Span[0]);
    }
}
