using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace Rcmgr;

/// <content>Buffers that are reservations.</content>
public abstract partial class ResourceScope
{
    /// <summary>
    /// Rents a buffer and reserves what it costs in one step: the pooled array behind it, whose size is <paramref name="size"/> rounded up
    /// to a power of two. Disposing the buffer gives both back, exactly once, from any thread, also after the scope was closed: the scope
    /// has given back the reservation then, and only the array returns. Does not throw on refusal.
    /// </summary>
    /// <param name="size">Bytes; the length of the buffer's memory. What is in it is undefined.</param>
    /// <param name="priority">How full a scope may get with this reservation; see <see cref="MemoryPriority"/>.</param>
    /// <param name="buffer">The buffer; dispose it when nothing uses its memory any more.</param>
    /// <param name="refusal">Why it was refused.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="size"/> is negative.</exception>
    public bool TryRentMemory(int size, byte priority, [NotNullWhen(true)] out IMemoryOwner<byte>? buffer, out Refusal refusal)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(size);
        buffer = TryReserveMemory(ReservedBuffer.SizeOf(size), priority, out refusal) ? ReservedBuffer.Rent(this, size) : null;
        return buffer is not null;
    }

    /// <summary>Rents a buffer as <see cref="TryRentMemory"/> does, or throws.</summary>
    /// <param name="size">Bytes; the length of the buffer's memory. What is in it is undefined.</param>
    /// <param name="priority">How full a scope may get with this reservation; see <see cref="MemoryPriority"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="size"/> is negative.</exception>
    /// <exception cref="ResourceLimitExceededException">A limit would be exceeded.</exception>
    /// <exception cref="ScopeClosedException">The scope, or the owner of the span, is closed.</exception>
    public IMemoryOwner<byte> RentMemory(int size, byte priority = MemoryPriority.Always) =>
        TryRentMemory(size, priority, out IMemoryOwner<byte>? buffer, out Refusal refusal) ? buffer : throw refusal.ToException();
}
