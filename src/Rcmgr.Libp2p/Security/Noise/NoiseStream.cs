using System.Buffers;

namespace Rcmgr.Libp2p.Security.Noise;

/// <summary>
/// The encrypted stream after a Noise handshake. One read and one write may run at the same time; asynchronous only.
/// Disposal closes the stream below, ends what runs, and may happen at any moment.
/// </summary>
internal sealed class NoiseStream(Stream raw, NoiseCipher send, NoiseCipher receive, ArrayPool<byte> pool) : Stream, IGrowingStream
{
    private readonly NoiseReader _reader = new(raw, receive, pool);
    private readonly NoiseWriter _writer = new(raw, send, pool);
    private int _disposed;

    public int SendGrowthBytes => NoiseWriter.GrownBufferBytes - NoiseWriter.MaxBufferBytes;

    public int ReceiveGrowthBytes => NoiseReader.GrownBufferBytes - NoiseReader.MaxBufferBytes;

    public override bool CanRead => Volatile.Read(ref _disposed) == 0;

    public override bool CanWrite => Volatile.Read(ref _disposed) == 0;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Reads decrypted bytes. 0 means the remote closed between two frames, or that <paramref name="buffer"/> is empty.</summary>
    /// <exception cref="SecurityException">A frame was forged, malformed or cut off. The stream stays broken.</exception>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        _reader.ReadAsync(buffer, cancellationToken);

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        _reader.ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <summary>Encrypts and sends. A write that is cancelled or fails midway breaks the sending direction for good.</summary>
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        _writer.WriteAsync(buffer, cancellationToken);

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        _writer.WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task FlushAsync(CancellationToken cancellationToken) => raw.FlushAsync(cancellationToken);

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Asynchronous only.");

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("Asynchronous only.");

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public void GrowSending() => _writer.Grow();

    public void GrowReceiving() => _reader.Grow();

    public override async ValueTask DisposeAsync()
    {
        if (CloseDirections())
            await raw.DisposeAsync();
        await base.DisposeAsync();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && CloseDirections())
            raw.Dispose();
        base.Dispose(disposing);
    }

    private bool CloseDirections()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return false;
        _reader.Close();
        _writer.Close();
        return true;
    }
}
