using System.Buffers;

namespace Rcmgr.Libp2p.Muxing;

/// <summary>
/// The bytes of a channel, read in pieces as large as the traffic deserves: an idle session holds a small buffer, a busy one a large one.
/// For one reader.
/// </summary>
internal sealed class FrameReader(Stream channel, BufferGrowth growth) : IDisposable
{
    /// <summary>The most that a reader holds, unless it may grow.</summary>
    public const int LargeBuffer = 64 * 1024;

    /// <summary>The most that a reader holds that may.</summary>
    public const int GrownBuffer = 256 * 1024;

    private const int SmallBuffer = 2 * 1024;
    private const int ShortReadsBeforeShrinking = 64;

    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(SmallBuffer);
    private int _start;
    private int _end;
    private int _shortReads;

    /// <summary>Every byte ever read, for telling a slow remote from a dead one.</summary>
    public long TotalRead { get; private set; }

    public ReadOnlySpan<byte> Available => _buffer.AsSpan(_start, _end - _start);

    public void Consume(int count) => _start += count;

    /// <summary>Makes at least <paramref name="count"/> bytes available; false when the channel ends before.</summary>
    public ValueTask<bool> FillAsync(int count, CancellationToken cancellationToken) =>
        _end - _start >= count ? new ValueTask<bool>(true) : FillSlowAsync(count, cancellationToken);

    public void Dispose()
    {
        byte[] buffer = _buffer;
        _buffer = [];
        _start = _end = 0;
        if (buffer.Length > 0)
            ArrayPool<byte>.Shared.Return(buffer);
    }

    private async ValueTask<bool> FillSlowAsync(int count, CancellationToken cancellationToken)
    {
        MakeRoom();
        while (_end - _start < count)
        {
            int read = await channel.ReadAsync(_buffer.AsMemory(_end), cancellationToken);
            if (read == 0)
                return false;
            _end += read;
            TotalRead += read;
            growth.Moved(read);
        }

        return true;
    }

    /// <summary>Moves the few bytes of an incomplete header to the front, resizing the buffer when the last reads ask for it.</summary>
    private void MakeRoom()
    {
        bool filled = _end == _buffer.Length;
        _shortReads = _end < SmallBuffer ? _shortReads + 1 : 0;
        int size = _buffer.Length;
        if (filled)
            size = growth.IsGranted ? GrownBuffer : LargeBuffer;
        else if (_shortReads >= ShortReadsBeforeShrinking)
            size = SmallBuffer;

        ReadOnlySpan<byte> rest = Available;
        byte[] old = _buffer;
        if (size != old.Length)
        {
            _buffer = ArrayPool<byte>.Shared.Rent(size);
            _shortReads = 0;
        }

        rest.CopyTo(_buffer);
        _end = rest.Length;
        _start = 0;
        if (!ReferenceEquals(old, _buffer))
            ArrayPool<byte>.Shared.Return(old);
    }
}
