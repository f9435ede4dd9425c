using System.Buffers;
using System.Numerics;

namespace Rcmgr;

/// <summary>A pooled array and the reservation that pays for it. Whoever disposes it first gives both back; a second time does nothing.</summary>
internal sealed class ReservedBuffer : IMemoryOwner<byte>
{
    private const int SmallestBucket = 16;
    private const int LargestBucket = 1 << 30;

    private readonly ResourceScope _scope;
    private readonly int _length;
    private readonly long _reserved;
    private byte[]? _array;

    private ReservedBuffer(ResourceScope scope, byte[] array, int length, long reserved)
    {
        _scope = scope;
        _array = array;
        _length = length;
        _reserved = reserved;
    }

    public Memory<byte> Memory
    {
        get
        {
            byte[]? array = Volatile.Read(ref _array);
            ObjectDisposedException.ThrowIf(array is null, this);
            return array.AsMemory(0, _length);
        }
    }

    /// <summary>The size of the array that the pool hands out for <paramref name="length"/> bytes: that is what is really held.</summary>
    public static long SizeOf(int length) => length switch
    {
        0 => 0,
        <= LargestBucket => Math.Max(SmallestBucket, (long)BitOperations.RoundUpToPowerOf2((uint)length)),
        _ => length,
    };

    /// <summary>Rents an array for a reservation that has been made; gives the reservation back when there is none.</summary>
    public static ReservedBuffer Rent(ResourceScope scope, int length)
    {
        long reserved = SizeOf(length);
        byte[]? array = null;
        try
        {
            array = ArrayPool<byte>.Shared.Rent(length);
            return new ReservedBuffer(scope, array, length, reserved);
        }
        catch (OutOfMemoryException)
        {
            if (array is not null)
                ArrayPool<byte>.Shared.Return(array);
            scope.ReleaseMemory(reserved);
            throw;
        }
    }

    public void Dispose()
    {
        byte[]? array = Interlocked.Exchange(ref _array, null);
        if (array is null)
            return;

        // The pool first: at no time is there more memory in use than is reserved.
        ArrayPool<byte>.Shared.Return(array);
        _scope.ReleaseMemory(_reserved);
    }
}
