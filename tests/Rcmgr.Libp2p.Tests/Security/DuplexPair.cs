using System.Buffers;
using System.IO.Pipelines;

namespace Rcmgr.Libp2p.Tests.Security;

/// <summary>One end of an in-memory connection with bounded buffers, that behaves as a socket's stream does.</summary>
internal sealed class DuplexEnd(PipeReader input, PipeWriter output) : Stream
{
    private int _disposed;

    public bool IsDisposed => Volatile.Read(ref _disposed) != 0;

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public static (DuplexEnd A, DuplexEnd B) CreatePair()
    {
        var options = new PipeOptions(useSynchronizationContext: false);
        var forth = new Pipe(options);
        var back = new Pipe(options);
        return (new DuplexEnd(back.Reader, forth.Writer), new DuplexEnd(forth.Reader, back.Writer));
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        ReadResult result;
        try
        {
            result = await input.ReadAsync(cancellationToken);
        }
        catch (InvalidOperationException) when (IsDisposed)
        {
            throw new ObjectDisposedException(nameof(DuplexEnd));
        }
        ObjectDisposedException.ThrowIf(IsDisposed, this);
        var taken = result.Buffer.Slice(0, Math.Min(buffer.Length, result.Buffer.Length));
        taken.CopyTo(buffer.Span);
        int count = (int)taken.Length;
        input.AdvanceTo(taken.End);
        return count;
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(IsDisposed, this);
        var result = await output.WriteAsync(buffer, cancellationToken);
        if (result.IsCompleted)
            throw new IOException("The other end is closed.");
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            output.CancelPendingFlush();
            output.Complete();
            input.CancelPendingRead();
            input.Complete();
        }
        base.Dispose(disposing);
    }
}
