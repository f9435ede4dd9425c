using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Rcmgr.Libp2p.Security.Noise;

/// <summary>
/// The receiving direction: decrypts frames straight into the caller's memory when they fit. It holds a buffer only while
/// received bytes wait to be consumed; an idle connection holds none.
/// </summary>
internal sealed class NoiseReader(Stream raw, NoiseCipher cipher, ArrayPool<byte> pool)
{
    /// <summary>The most this direction holds: more than one largest frame, so that one read below can serve several frames.</summary>
    public const int MaxBufferBytes = 128 * 1024;

    /// <summary>As <see cref="MaxBufferBytes"/>, after <see cref="Grow"/>.</summary>
    public const int GrownBufferBytes = 256 * 1024;

    private DirectionGate _gate;
    private SecurityException? _fault;

    // The buffer holds, in this order: decrypted bytes not yet taken, then received bytes not yet decrypted.
    private byte[]? _buffer;
    private volatile int _bufferSize = MaxBufferBytes;
    private int _plainStart;
    private int _plainEnd;
    private int _start;
    private int _end;

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<int> ReadAsync(Memory<byte> destination, CancellationToken ct)
    {
        _gate.Enter(this);
        try
        {
            if (_fault is not null)
                throw new SecurityException(_fault.Failure, _fault.Message, _fault);
            return await ReadCoreAsync(destination, ct);
        }
        catch (SecurityException fault)
        {
            _fault ??= fault;
            ReleaseBuffer();
            throw;
        }
        finally
        {
            if (!_gate.TryLeave())
                Release();
        }
    }

    /// <summary>Takes larger buffers from the next one on.</summary>
    public void Grow() => _bufferSize = GrownBufferBytes;

    /// <summary>Frees buffer and cipher, at once or when the running read ends.</summary>
    public void Close()
    {
        if (_gate.Close())
            Release();
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> ReadCoreAsync(Memory<byte> destination, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        while (true)
        {
            int read = TakeBuffered(destination.Span);
            if (read > 0)
                return read;
            if (destination.IsEmpty)
                return await WaitAsync(ct);
            if (!await FillAsync(ct))
                return 0;
        }
    }

    /// <summary>A read of no bytes waits until there is something to read, as a socket's does.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> WaitAsync(CancellationToken ct)
    {
        bool hasPlaintext = _plainStart < _plainEnd;
        if (!hasPlaintext && !HasWholeFrame(out _))
            await WhenReadableAsync(ct);
        return 0;
    }

    private int TakeBuffered(Span<byte> destination)
    {
        if (_buffer is null)
            return 0;
        int taken = TakePlaintext(destination);
        while (taken < destination.Length && HasWholeFrame(out int message))
        {
            int plaintext = message - NoiseCipher.TagBytes;
            bool fits = plaintext <= destination.Length - taken;
            // A frame that does not fit is decrypted where it lies, but only once nothing of an earlier one is left there.
            if (!fits && taken > 0)
                break;
            if (fits)
                taken += OpenFrame(message, destination[taken..]);
            else
                taken += OpenFrameInPlace(message, destination);
        }
        if (_start == _end && _plainStart == _plainEnd)
            ReleaseBuffer();
        return taken;
    }

    private int TakePlaintext(Span<byte> destination)
    {
        int count = Math.Min(_plainEnd - _plainStart, destination.Length);
        _buffer.AsSpan(_plainStart, count).CopyTo(destination);
        _plainStart += count;
        return count;
    }

    private bool HasWholeFrame(out int message)
    {
        message = 0;
        int available = _end - _start - NoiseFrame.HeaderBytes;
        if (available < 0)
            return false;
        message = BinaryPrimitives.ReadUInt16BigEndian(_buffer.AsSpan(_start));
        if (message < NoiseCipher.TagBytes)
            throw new SecurityException(SecurityFailure.Malformed, "A Noise frame is too short to hold its tag.");
        return available >= message;
    }

    private int OpenFrame(int message, Span<byte> destination)
    {
        cipher.Decrypt(default, TakeFrame(message), destination);
        return message - NoiseCipher.TagBytes;
    }

    private int OpenFrameInPlace(int message, Span<byte> destination)
    {
        var frame = TakeFrame(message);
        cipher.Decrypt(default, frame, frame);
        _plainStart = _start - message;
        _plainEnd = _start - NoiseCipher.TagBytes;
        return TakePlaintext(destination);
    }

    private Span<byte> TakeFrame(int message)
    {
        var frame = _buffer.AsSpan(_start + NoiseFrame.HeaderBytes, message);
        _start += NoiseFrame.HeaderBytes + message;
        return frame;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<bool> FillAsync(CancellationToken ct)
    {
        if (_buffer is null)
        {
            // Wait without a buffer: this is where an idle connection spends its life.
            await WhenReadableAsync(ct);
            _buffer = pool.Rent(_bufferSize);
            _plainStart = _plainEnd = _start = _end = 0;
        }
        MakeRoom();
        int read = 0;
        try
        {
            read = await raw.ReadAsync(_buffer.AsMemory(_end), ct);
        }
        finally
        {
            _end += read;
            if (_start == _end)
                ReleaseBuffer();
        }
        if (read == 0 && _buffer is not null)
            throw new SecurityException(SecurityFailure.Truncated, "The connection ended inside a Noise frame.");
        return read > 0;
    }

    private ValueTask<int> WhenReadableAsync(CancellationToken ct) => raw.ReadAsync(Memory<byte>.Empty, ct);

    private void MakeRoom()
    {
        var buffer = _buffer!;
        bool longestFrameFits = buffer.Length - _start >= NoiseFrame.HeaderBytes + NoiseFrame.MaxMessageBytes;
        if (longestFrameFits)
            return;
        buffer.AsSpan(_start, _end - _start).CopyTo(buffer);
        _end -= _start;
        _start = _plainStart = _plainEnd = 0;
    }

    private void Release()
    {
        ReleaseBuffer();
        cipher.Dispose();
    }

    private void ReleaseBuffer()
    {
        if (_buffer is null)
            return;
        pool.Return(_buffer);
        _buffer = null;
        _plainStart = _plainEnd = _start = _end = 0;
    }
}
