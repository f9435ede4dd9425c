namespace Rcmgr.Libp2p.Tests.Security;

/// <summary>One direction of an in-memory connection: a bounded queue of bytes whose ends may be closed at any moment.</summary>
internal sealed class ByteQueue
{
    private readonly Lock _lock = new();
    private readonly byte[] _bytes = new byte[64 * 1024];
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _start;
    private int _count;
    private bool _writerClosed;
    private bool _readerClosed;

    /// <summary>Waits for bytes, as a socket does; 0 at the end, or when none are asked for.</summary>
    public async ValueTask<int> ReadAsync(Memory<byte> destination, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        while (true)
        {
            Task changed;
            lock (_lock)
            {
                ObjectDisposedException.ThrowIf(_readerClosed, this);
                if (_count > 0)
                    return Take(destination.Span);
                if (_writerClosed)
                    return 0;
                changed = _changed.Task;
            }
            await changed.WaitAsync(ct);
        }
    }

    public async ValueTask WriteAsync(ReadOnlyMemory<byte> source, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        while (true)
        {
            Task changed;
            lock (_lock)
            {
                ObjectDisposedException.ThrowIf(_writerClosed, this);
                if (_readerClosed)
                    throw new IOException("The other end is closed.");
                source = source[Put(source.Span)..];
                if (source.IsEmpty)
                    return;
                changed = _changed.Task;
            }
            await changed.WaitAsync(ct);
        }
    }

    public void CloseReader()
    {
        lock (_lock)
        {
            _readerClosed = true;
            Signal();
        }
    }

    public void CloseWriter()
    {
        lock (_lock)
        {
            _writerClosed = true;
            Signal();
        }
    }

    private int Take(Span<byte> destination)
    {
        int count = Math.Min(_count, destination.Length);
        for (int i = 0; i < count; i++)
            destination[i] = _bytes[(_start + i) % _bytes.Length];
        _start = (_start + count) % _bytes.Length;
        _count -= count;
        Signal();
        return count;
    }

    private int Put(ReadOnlySpan<byte> source)
    {
        int count = Math.Min(_bytes.Length - _count, source.Length);
        for (int i = 0; i < count; i++)
            _bytes[(_start + _count + i) % _bytes.Length] = source[i];
        _count += count;
        Signal();
        return count;
    }

    private void Signal()
    {
        _changed.TrySetResult();
        _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
