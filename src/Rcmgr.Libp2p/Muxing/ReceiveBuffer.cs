using System.Buffers;

namespace Rcmgr.Libp2p.Muxing;

/// <summary>
/// Bytes that arrived and are not read yet, in pooled chunks that are rented as bytes arrive and returned as they are read. Chunks
/// grow with what is held already: small streams hold little, and a full 16 MiB window is few enough chunks for the pool to keep.
/// However small the pieces were, what it holds exceeds its bytes by at most one chunk at each end. Not safe for concurrent use.
/// </summary>
internal sealed class ReceiveBuffer
{
    private const int SmallestChunk = 4 * 1024;
    private const int LargestChunk = 256 * 1024;

    private readonly Queue<byte[]> _chunks = new();
    private byte[]? _last;
    private int _head;
    private int _tail;
    private int _lent;

    public long Count { get; private set; }

    public void Append(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            if (_last is null || _tail == _last.Length)
                AddChunk(bytes.Length);
            int length = Math.Min(bytes.Length, _last!.Length - _tail);
            bytes[..length].CopyTo(_last.AsSpan(_tail));
            _tail += length;
            Count += length;
            bytes = bytes[length..];
        }
    }

    public int Read(Span<byte> destination)
    {
        int total = 0;
        while (!destination.IsEmpty && Count > 0)
        {
            ReadOnlySpan<byte> unread = First(destination.Length).Span;
            unread.CopyTo(destination);
            destination = destination[unread.Length..];
            total += unread.Length;
            Remove(unread.Length);
        }

        return total;
    }

    /// <summary>
    /// The next bytes where they lie, at most <paramref name="most"/>. They stay valid until <see cref="TakeBack"/>, before which nothing may be
    /// read; appending and clearing are allowed.
    /// </summary>
    public ReadOnlyMemory<byte> Lend(int most)
    {
        ReadOnlyMemory<byte> bytes = First(most);
        _lent = bytes.Length;
        return bytes;
    }

    /// <summary>Removes what was lent and returns its length, or 0 if the buffer was cleared meanwhile.</summary>
    public int TakeBack()
    {
        int length = _lent;
        _lent = 0;
        if (length > 0)
            Remove(length);
        return length;
    }

    public void Clear()
    {
        // Not returned to the pool: whoever borrowed from this chunk may still look at it.
        if (_lent > 0)
            _chunks.Dequeue();
        while (_chunks.TryDequeue(out byte[]? chunk))
            ArrayPool<byte>.Shared.Return(chunk);
        _last = null;
        _head = 0;
        _tail = 0;
        _lent = 0;
        Count = 0;
    }

    private ReadOnlyMemory<byte> First(int most)
    {
        byte[] chunk = _chunks.Peek();
        return chunk.AsMemory(_head, Math.Min(most, EndOf(chunk) - _head));
    }

    private void Remove(int length)
    {
        byte[] chunk = _chunks.Peek();
        _head += length;
        Count -= length;
        if (_head == EndOf(chunk))
            RemoveChunk(chunk);
    }

    private int EndOf(byte[] chunk) => ReferenceEquals(chunk, _last) ? _tail : chunk.Length;

    private void AddChunk(int needed)
    {
        _last = ArrayPool<byte>.Shared.Rent((int)Math.Clamp(Math.Max(needed, Count / 4), SmallestChunk, LargestChunk));
        _tail = 0;
        _chunks.Enqueue(_last);
    }

    private void RemoveChunk(byte[] chunk)
    {
        _chunks.Dequeue();
        _head = 0;
        if (ReferenceEquals(chunk, _last))
            _last = null;
        ArrayPool<byte>.Shared.Return(chunk);
    }
}
