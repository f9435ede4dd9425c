using System.Numerics;

namespace Rcmgr.Libp2p.Transports.Quic.Ngtcp2;

/// <summary>
/// The bytes of one stream from when they are written until they are acknowledged. The library keeps pointers to them, so they lie in
/// native blocks that never move; small streams have small blocks. Not safe for concurrent use.
/// </summary>
internal sealed unsafe class SendBuffer(BlockPool pool)
{
    public const int SmallestBlock = 1024;
    public const int LargestBlock = 16 * 1024;

    private readonly List<Block> _blocks = [];
    private ulong _start;

    /// <summary>Bytes written so far.</summary>
    public ulong End { get; private set; }

    /// <summary>Bytes given to the library so far.</summary>
    public ulong Sent { get; private set; }

    /// <summary>Bytes that are kept.</summary>
    public int Held { get; private set; }

    public bool HasUnsent => Sent < End;

    /// <summary>Bytes that fit without a further block.</summary>
    public int Room => _blocks.Count == 0 ? 0 : _blocks[^1].Capacity - _blocks[^1].Length;

    /// <summary>The block for <paramref name="bytes"/> bytes, or for the first of them.</summary>
    public static int BlockFor(int bytes) =>
        (int)Math.Clamp(BitOperations.RoundUpToPowerOf2((uint)bytes), SmallestBlock, LargestBlock);

    public void AddBlock(int capacity)
    {
        _blocks.Add(new Block { Memory = pool.Rent(capacity), Capacity = capacity });
        Held += capacity;
    }

    /// <summary>Appends bytes, of which there are at most <see cref="Room"/>.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        Block block = _blocks[^1];
        bytes.CopyTo(new Span<byte>((byte*)block.Memory + block.Length, block.Capacity - block.Length));
        block.Length += bytes.Length;
        _blocks[^1] = block;
        End += (ulong)bytes.Length;
    }

    /// <summary>Points at what is to be sent next, in up to <paramref name="capacity"/> pieces; returns how many there are.</summary>
    public int Fill(NativeVector* vectors, int capacity, out ulong total)
    {
        int count = 0;
        total = 0;
        ulong start = _start;
        for (int i = 0; i < _blocks.Count && count < capacity; i++)
        {
            Block block = _blocks[i];
            ulong end = start + (ulong)block.Length;
            if (end > Sent)
            {
                ulong skipped = Sent > start ? Sent - start : 0;
                vectors[count++] = new NativeVector { Base = (byte*)block.Memory + skipped, Length = (nuint)((ulong)block.Length - skipped) };
                total += (ulong)block.Length - skipped;
            }

            start = end;
        }

        return count;
    }

    public void Advance(ulong bytes) => Sent += bytes;

    /// <summary>Everything before <paramref name="offset"/> arrived; returns the bytes of the blocks that were freed.</summary>
    public int Acknowledge(ulong offset)
    {
        int freed = 0;
        int gone = 0;
        while (gone < _blocks.Count && _start + (ulong)_blocks[gone].Length <= offset)
        {
            Block block = _blocks[gone++];
            _start += (ulong)block.Length;
            freed += block.Capacity;
            pool.Return(block.Memory, block.Capacity);
        }

        _blocks.RemoveRange(0, gone);
        Held -= freed;
        return freed;
    }

    /// <summary>Frees everything, when the library knows nothing of the stream any more.</summary>
    public int Clear()
    {
        int freed = Held;
        foreach (Block block in _blocks)
            pool.Return(block.Memory, block.Capacity);
        _blocks.Clear();
        Held = 0;
        Sent = End;
        _start = End;
        return freed;
    }

    private struct Block
    {
        public nint Memory;
        public int Capacity;
        public int Length;
    }
}
