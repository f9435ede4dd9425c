using System.Buffers;
using System.Runtime.CompilerServices;

namespace Rcmgr.Libp2p.Security.Tls;

/// <summary>
/// The receiving half of a <see cref="RecordStream"/>: while the remote sends faster than records are taken it reads ahead, else into the
/// caller's buffer. It holds a buffer only while there are bytes in it, and from the start of a read that is likely to fill it. One reader
/// at a time.
/// </summary>
internal sealed class RecordReader(Stream raw, ArrayPool<byte> pool)
{
    /// <summary>What is read ahead at most.</summary>
    public const int BufferBytes = 64 * 1024;

    private byte[]? _ahead;
    private int _start;
    private int _end;
    private bool _isRemoteAhead;

    /// <summary>Whether it may read ahead.</summary>
    public bool ReadsAhead { get; set; }

    public ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (_ahead is not null)
            return new ValueTask<int>(Take(buffer.Span));
        if (buffer.IsEmpty)
            return raw.ReadAsync(buffer, cancellationToken);
        return _isRemoteAhead && ReadsAhead ? ReadAheadAsync(buffer, cancellationToken) : ReadDirectlyAsync(buffer, cancellationToken);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> ReadDirectlyAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        int count = await raw.ReadAsync(buffer, cancellationToken);
        _isRemoteAhead = count == buffer.Length;
        return count;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> ReadAheadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        byte[] ahead = pool.Rent(BufferBytes);
        // Not returned if the read fails: on a connection that is torn down it may still be written to.
        int count = await raw.ReadAsync(ahead.AsMemory(0, BufferBytes), cancellationToken);
        (_ahead, _start, _end) = (ahead, 0, count);
        _isRemoteAhead = count > buffer.Length;
        return Take(buffer.Span);
    }

    private int Take(Span<byte> destination)
    {
        int count = Math.Min(_end - _start, destination.Length);
        _ahead.AsSpan(_start, count).CopyTo(destination);
        _start += count;
        if (_start < _end)
            return count;
        pool.Return(_ahead!);
        _ahead = null;
        return count;
    }
}
