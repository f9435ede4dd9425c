using System.IO.Pipelines;
using System.Security.Cryptography;
using static Rcmgr.Tests.Accounting.TestManagers;

namespace Rcmgr.Tests.Buffers;

public sealed class ReservedCopyTests
{
    [Fact]
    public async Task All_bytes_arrive_and_nothing_stays_reserved()
    {
        using ResourceManager manager = Create(limits => limits with { System = Memory(4_096) });
        byte[] sent = RandomNumberGenerator.GetBytes(100_001);
        using MemoryStream source = new(sent);
        using MemoryStream destination = new();

        long copied = await source.CopyToAsync(
            destination, manager.Transient, bufferSize: 4_000, cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal(sent.Length, copied);
        Assert.Equal(sent, destination.ToArray());
        Assert.True(manager.System.Usage.IsZero);
    }

    [Fact]
    public async Task A_copy_that_waits_for_data_holds_nothing()
    {
        CancellationToken ct = TestContext.Current.CancellationToken;
        using ResourceManager manager = Create(limits => limits);
        Pipe pipe = new();
        await using Stream source = pipe.Reader.AsStream();
        await using HoldingStream destination = new(() => manager.System.Usage.Memory);

        Task<long> copy = source.CopyToAsync(destination, manager.Transient, bufferSize: 1_024, cancellationToken: ct);
        Assert.True(manager.System.Usage.IsZero);
        await pipe.Writer.WriteAsync(new byte[10], ct);
        Assert.Equal(1_024, await destination.Held.Task.WaitAsync(ct));
        await pipe.Writer.CompleteAsync();

        Assert.Equal(10, await copy);
        Assert.True(manager.System.Usage.IsZero);
    }

    [Fact]
    public async Task A_refused_buffer_ends_the_copy()
    {
        using ResourceManager manager = Create(limits => limits with { System = Memory(1_000) });
        using MemoryStream source = new(new byte[10]);

        ResourceLimitExceededException refused = await Assert.ThrowsAsync<ResourceLimitExceededException>(() =>
            source.CopyToAsync(Stream.Null, manager.Transient, cancellationToken: TestContext.Current.CancellationToken));

        Assert.Equal("system", refused.Refusal.ScopeName);
    }

    [Fact]
    public async Task Neither_a_failure_nor_cancellation_keeps_the_buffer()
    {
        using ResourceManager manager = Create(limits => limits);
        using MemoryStream source = new(new byte[10]);
        using MemoryStream readOnly = new([], writable: false);
        using CancellationTokenSource cancelled = new();
        await cancelled.CancelAsync();

        await Assert.ThrowsAsync<NotSupportedException>(() => source.CopyToAsync(readOnly, manager.Transient, cancellationToken: TestContext.Current.CancellationToken));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            source.CopyToAsync(Stream.Null, manager.Transient, cancellationToken: cancelled.Token));

        Assert.True(manager.System.Usage.IsZero);
    }

    /// <summary>Takes bytes and notes what is reserved meanwhile.</summary>
    private sealed class HoldingStream(Func<long> measure) : MemoryStream
    {
        public TaskCompletionSource<long> Held { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Held.TrySetResult(measure());
            return base.WriteAsync(buffer, cancellationToken);
        }
    }
}
