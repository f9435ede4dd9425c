using System.Buffers;
using static Rcmgr.Tests.Accounting.TestManagers;

namespace Rcmgr.Tests.Buffers;

public sealed class RentMemoryTests
{
    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 16)]
    [InlineData(16, 16)]
    [InlineData(17, 32)]
    [InlineData(4096, 4096)]
    [InlineData(4097, 8192)]
    [InlineData(1_500_000, 2_097_152)]
    public void What_is_reserved_is_what_the_pool_hands_out(int size, long held)
    {
        using ResourceManager manager = Create(limits => limits);
        using SpanScope span = manager.Transient.BeginSpan();

        using (IMemoryOwner<byte> buffer = span.RentMemory(size))
        {
            Assert.Equal(size, buffer.Memory.Length);
            Assert.Equal(held, span.Usage.Memory);
            Assert.Equal(held, manager.System.Usage.Memory);
        }

        Assert.Equal(0, span.Usage.Memory);
        byte[] array = ArrayPool<byte>.Shared.Rent(size);
        Assert.Equal(held, array.Length);
        ArrayPool<byte>.Shared.Return(array);
    }

    [Fact]
    public void A_refused_buffer_leaves_no_trace()
    {
        using ResourceManager manager = Create(limits => limits with { System = Memory(10_000) });

        Assert.False(manager.Transient.TryRentMemory(4_097, MemoryPriority.High, out IMemoryOwner<byte>? buffer, out Refusal refusal));

        Assert.Null(buffer);
        Assert.Equal((8_192L, 10_000L, MemoryPriority.High), (refusal.Requested, refusal.Limit, refusal.Priority));
        Assert.Throws<ResourceLimitExceededException>(() => manager.Transient.RentMemory(8_193));
        Assert.True(manager.System.Usage.IsZero);
        Assert.Throws<ArgumentOutOfRangeException>(() => manager.Transient.RentMemory(-1));
    }

    [Fact]
    public void Disposing_again_releases_nothing_and_the_memory_is_out_of_reach()
    {
        using ResourceManager manager = Create(limits => limits);
        manager.Transient.ReserveMemory(1_000);
        IMemoryOwner<byte> buffer = manager.Transient.RentMemory(100);

        buffer.Dispose();
        buffer.Dispose();

        Assert.Equal(1_000, manager.System.Usage.Memory);
        Assert.Equal(0, manager.AccountingFaults);
        Assert.Throws<ObjectDisposedException>(() => buffer.Memory);
    }

    [Fact]
    public void A_buffer_may_outlive_its_scope()
    {
        using ResourceManager manager = Create(limits => limits);
        StreamScope stream = manager.OpenStream(Alice, Direction.Inbound);
        SpanScope span = stream.BeginSpan();
        IMemoryOwner<byte> onSpan = span.RentMemory(100);
        IMemoryOwner<byte> onStream = stream.RentMemory(100);

        span.Dispose();
        stream.Dispose();
        Assert.True(manager.System.Usage.IsZero);
        onSpan.Memory.Span.Fill(1);
        onSpan.Dispose();
        onStream.Dispose();

        Assert.Equal(0, manager.AccountingFaults);
        Assert.True(manager.System.Usage.IsZero);
        Assert.Throws<ScopeClosedException>(() => stream.RentMemory(1));
    }

    [Fact]
    public void Threads_that_race_to_dispose_release_once()
    {
        using ResourceManager manager = Create(limits => limits);
        manager.Transient.ReserveMemory(1_000_000);
        IMemoryOwner<byte>[] buffers = [.. Enumerable.Range(0, 1_000).Select(_ => manager.Transient.RentMemory(64))];

        Parallel.For(0, 4_000, index => buffers[index % buffers.Length].Dispose());

        Assert.Equal(1_000_000, manager.System.Usage.Memory);
        Assert.Equal(0, manager.AccountingFaults);
    }
}
