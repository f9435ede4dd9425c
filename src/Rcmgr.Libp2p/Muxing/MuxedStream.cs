using System.Buffers;

namespace Rcmgr.Libp2p.Muxing;

/// <summary>
/// One stream of a muxed connection. One reader and one writer may work at the same time. Disposing closes the stream gracefully
/// when both halves have ended and resets it otherwise, so a caller that wants its last bytes delivered ends the stream with
/// <see cref="CloseGracefullyAsync"/>, or with <see cref="CloseWriteAsync"/> and by reading to the end.
/// </summary>
internal abstract class MuxedStream : Stream
{
    /// <summary>The stream's number within its connection.</summary>
    public abstract ulong Id { get; }

    /// <summary>Completes, never faulted, when both halves ended or the stream was reset.</summary>
    public abstract Task Closed { get; }

    /// <summary>Ends both halves at once and tells the remote why. Of a stream that is already over it only drops what is unread.</summary>
    public abstract void Reset(uint code);

    /// <summary>Ends the writing half: the remote reads an end of stream after everything written before.</summary>
    public abstract ValueTask CloseWriteAsync(CancellationToken cancellationToken = default);

    /// <summary>
    /// Ends our half, waits for the remote to end its own (what it still sends is dropped), and disposes the stream. A remote that does
    /// not end its half until the token is cancelled, or that ended everything before, makes it a reset; neither is an error.
    /// </summary>
    public async ValueTask CloseGracefullyAsync(CancellationToken cancellationToken)
    {
        byte[] dropped = ArrayPool<byte>.Shared.Rent(4096);
        try
        {
            await CloseWriteAsync(cancellationToken);
            while (await ReadAsync(dropped, cancellationToken) > 0)
                continue;
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            Reset(0);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(dropped);
            await DisposeAsync();
        }
    }

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public abstract override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default);

    public abstract override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default);

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Muxed streams are asynchronous.");

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("Muxed streams are asynchronous.");

    /// <summary>Does nothing: what is written is sent without waiting for more.</summary>
    public override void Flush()
    {
    }

    /// <summary>Does nothing: what is written is sent without waiting for more.</summary>
    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
