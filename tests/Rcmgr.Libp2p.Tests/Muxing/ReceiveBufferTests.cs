using CsCheck;
using Rcmgr.Libp2p.Muxing;

namespace Rcmgr.Libp2p.Tests.Muxing;

public sealed class ReceiveBufferTests
{
    [Fact]
    public void Buffer_is_a_queue_of_bytes() =>
        Gen.Select(Gen.Bool, Gen.Int[0, 90_000]).Array[0, 60].Sample(
            steps =>
            {
                ReceiveBuffer buffer = new();
                byte written = 0;
                byte read = 0;
                long count = 0;
                foreach ((bool append, int size) in steps)
                {
                    byte[] bytes = new byte[size];
                    if (append)
                    {
                        foreach (ref byte value in bytes.AsSpan())
                            value = written++;
                        buffer.Append(bytes);
                        count += size;
                    }
                    else
                    {
                        int length = buffer.Read(bytes);
                        Assert.Equal(Math.Min(size, count), length);
                        count -= length;
                        foreach (byte value in bytes.AsSpan(0, length))
                            if (value != read++)
                                return false;
                    }
                }

                bool counted = buffer.Count == count;
                buffer.Clear();
                return counted && buffer.Count == 0 && buffer.Read(new byte[1]) == 0;
            },
            iter: 200);
}
