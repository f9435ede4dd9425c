using System.Buffers;

namespace Rcmgr.Libp2p.Security.Tls;

/// <summary>
/// Stands between a <see cref="TlsStream"/> and its connection, because the library reads and writes little more than a record at a time.
/// Asynchronous only; one read and one write may run at the same time.
/// </summary>
internal sealed class RecordStream(Stream raw, ArrayPool<byte> pool) : Stream
{
    /// <summary>What both halves may hold at once.</summary>
    public const int MaxBufferBytes = RecordGatherer.BufferBytes + RecordReader.BufferBytes;

    private readonly RecordReader _reader = new(raw, pool);

    public RecordGatherer Gatherer { get; } = new(raw, pool);

    public override bool CanRead => raw.CanRead;

    public override bool CanWrite => raw.CanWrite;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>For the time after the handshake, whose budget has no room for it: reads ahead from here on.</summary>
    public void ReadAhead() => _reader.ReadsAhead = true;

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        _reader.ReadAsync(buffer, cancellationToken);

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        Gatherer.WriteAsync(buffer, cancellationToken);

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task FlushAsync(CancellationToken cancellationToken) => raw.FlushAsync(cancellationToken);

    public override void Flush() => raw.Flush();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Asynchronous only.");

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("Asynchronous only.");

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override async ValueTask DisposeAsync()
    {
        await raw.DisposeAsync();
        await base.DisposeAsync();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            raw.Dispose();
        base.Dispose(disposing);
    }
}
