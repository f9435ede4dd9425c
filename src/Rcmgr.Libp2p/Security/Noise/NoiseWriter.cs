using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Rcmgr.Libp2p.Security.Noise;

/// <summary>The sending direction: cuts writes into frames and hands all that its buffer takes at once to the stream below.</summary>
internal sealed class NoiseWriter(Stream raw, NoiseCipher cipher, ArrayPool<byte> pool)
{
    /// <summary>
    /// The most this direction holds while a write runs: two full frames or many small ones, so that a batch of the muxer leaves in one
    /// write. It holds nothing between writes.
    /// </summary>
    public const int MaxBufferBytes = 128 * 1024;

    /// <summary>As <see cref="MaxBufferBytes"/>, after <see cref="Grow"/>.</summary>
    public const int GrownBufferBytes = 256 * 1024;

    private DirectionGate _gate;
    private bool _broken;
    private volatile int _maxBuffer = MaxBufferBytes;

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask WriteAsync(ReadOnlyMemory<byte> source, CancellationToken ct)
    {
        _gate.Enter(this);
        try
        {
            ct.ThrowIfCancellationRequested();
            if (_broken)
                throw new IOException("An earlier write failed midway; the stream cannot continue.");
            if (!source.IsEmpty)
                await WriteFramesAsync(source, ct);
        }
        finally
        {
            if (!_gate.TryLeave())
                cipher.Dispose();
        }
    }

    /// <summary>Takes larger buffers from the next write on.</summary>
    public void Grow() => _maxBuffer = GrownBufferBytes;

    /// <summary>Frees the cipher, at once or when the running write ends.</summary>
    public void Close()
    {
        if (_gate.Close())
            cipher.Dispose();
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask WriteFramesAsync(ReadOnlyMemory<byte> source, CancellationToken ct)
    {
        // A frame that is sealed but not sent leaves a gap in the nonces that the remote cannot cross.
        _broken = true;
        int capacity = Math.Min(_maxBuffer, SealedLength(source.Length));
        byte[] buffer = pool.Rent(capacity);
        try
        {
            while (!source.IsEmpty)
            {
                int length = SealFrames(ref source, buffer.AsSpan(0, capacity));
                await raw.WriteAsync(buffer.AsMemory(0, length), ct);
            }
            _broken = false;
        }
        finally
        {
            pool.Return(buffer);
        }
    }

    private int SealFrames(ref ReadOnlyMemory<byte> source, Span<byte> buffer)
    {
        int written = 0;
        while (!source.IsEmpty && buffer.Length - written > NoiseFrame.OverheadBytes)
        {
            int room = Math.Min(buffer.Length - written - NoiseFrame.OverheadBytes, NoiseFrame.MaxPlaintextBytes);
            int taken = Math.Min(source.Length, room);
            BinaryPrimitives.WriteUInt16BigEndian(buffer[written..], (ushort)(taken + NoiseCipher.TagBytes));
            cipher.Encrypt(default, source.Span[..taken], buffer[(written + NoiseFrame.HeaderBytes)..]);
            source = source[taken..];
            written += taken + NoiseFrame.OverheadBytes;
        }
        return written;
    }

    private static int SealedLength(int plaintext)
    {
        int frames = (plaintext - 1) / NoiseFrame.MaxPlaintextBytes + 1;
        return (int)Math.Min(int.MaxValue, plaintext + (long)frames * NoiseFrame.OverheadBytes);
    }
}
