using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Rcmgr.Libp2p.Transports.Quic.Ngtcp2;

/// <summary>
/// The heap of one native connection. What it holds is charged to the connection's scope in steps; when the scope or the fixed limit
/// refuses, the library is told that there is no memory and the connection ends. Used on the loop's thread only.
/// </summary>
internal sealed unsafe class ConnectionAllocator
{
    /// <summary>By how much the charge moves.</summary>
    public const int Step = 4 * 1024;

    /// <summary>What the owner has charged before it made this: the heap of a handshake.</summary>
    public const int Initial = 32 * 1024;

    /// <summary>In front of every block, its size; keeps the alignment of malloc.</summary>
    private const int HeaderBytes = 16;

    private readonly ConnectionScope _scope;
    private GCHandle _self;
    private Functions* _functions;

    public ConnectionAllocator(ConnectionScope scope)
    {
        _scope = scope;
        _self = GCHandle.Alloc(this);
        _functions = (Functions*)NativeMemory.AllocZeroed((nuint)sizeof(Functions));
        *_functions = new Functions
        {
            UserData = GCHandle.ToIntPtr(_self),
            Malloc = (nint)(delegate* unmanaged[Cdecl]<nuint, nint, void*>)&Malloc,
            Free = (nint)(delegate* unmanaged[Cdecl]<void*, nint, void>)&Free,
            Calloc = (nint)(delegate* unmanaged[Cdecl]<nuint, nuint, nint, void*>)&Calloc,
            Realloc = (nint)(delegate* unmanaged[Cdecl]<void*, nuint, nint, void*>)&Realloc,
        };
    }

    /// <summary>What the library is given. Lives until <see cref="Release"/>.</summary>
    public void* Table => _functions;

    /// <summary>
    /// What the library may have, whatever the scope allows. Bytes that wait for others before them lie in this heap, so it grows with
    /// the receive window.
    /// </summary>
    public required long Limit { get; set; }

    /// <summary>See <see cref="Ngtcp2Faults.FailsAllocation"/>.</summary>
    public Func<bool>? Fails { get; init; }

    /// <summary>Bytes in use, headers included.</summary>
    public long Used { get; private set; }

    /// <summary>Bytes charged to the scope.</summary>
    public long Charged { get; private set; } = Initial;

    /// <summary>Why memory was refused the last time.</summary>
    public Refusal? LastRefusal { get; private set; }

    /// <summary>For the time after the connection was freed.</summary>
    public void Release()
    {
        if (_functions is null)
            return;
        NativeMemory.Free(_functions);
        _functions = null;
        _self.Free();
    }

    private void* Take(nuint size, bool zeroed)
    {
        if (size > (nuint)Limit || Fails?.Invoke() == true || !TryCharge((long)size + HeaderBytes))
            return null;
        byte* block = (byte*)(zeroed ? NativeMemory.AllocZeroed(size + HeaderBytes) : NativeMemory.Alloc(size + HeaderBytes));
        *(nuint*)block = size + HeaderBytes;
        Used += (long)size + HeaderBytes;
        return block + HeaderBytes;
    }

    private void Give(void* pointer)
    {
        byte* block = (byte*)pointer - HeaderBytes;
        Used -= (long)*(nuint*)block;
        NativeMemory.Free(block);
        // A step is kept in hand, or a connection at the edge would move its charge with every packet.
        long surplus = (((Charged - Used) / Step) - 1) * Step;
        if (surplus > 0 && _scope.ReleaseMemory(surplus))
            Charged -= surplus;
    }

    private bool TryCharge(long size)
    {
        long missing = Used + size - Charged;
        if (missing <= 0)
            return true;
        if (Used + size > Limit)
            return false;
        long steps = (missing + Step - 1) / Step * Step;
        if (!_scope.TryReserveMemory(steps, MemoryPriority.Always, out Refusal refusal))
        {
            LastRefusal = refusal;
            return false;
        }

        Charged += steps;
        return true;
    }

    private static ConnectionAllocator Of(nint self) => Unsafe.As<ConnectionAllocator>(GCHandle.FromIntPtr(self).Target!);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void* Malloc(nuint size, nint self)
    {
        try
        {
            return Of(self).Take(size, zeroed: false);
        }
        catch (Exception)
        {
            return null;
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void* Calloc(nuint count, nuint size, nint self)
    {
        try
        {
            return size != 0 && count > nuint.MaxValue / size ? null : Of(self).Take(count * size, zeroed: true);
        }
        catch (Exception)
        {
            return null;
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Free(void* pointer, nint self)
    {
        if (pointer is null)
            return;
        try
        {
            Of(self).Give(pointer);
        }
        catch (Exception)
        {
            // Nothing may cross into native code; the block is free, the charge goes with the scope.
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void* Realloc(void* pointer, nuint size, nint self)
    {
        try
        {
            ConnectionAllocator allocator = Of(self);
            void* moved = allocator.Take(size, zeroed: false);
            if (moved is null || pointer is null)
                return moved;
            nuint old = *(nuint*)((byte*)pointer - HeaderBytes) - HeaderBytes;
            NativeMemory.Copy(pointer, moved, nuint.Min(old, size));
            allocator.Give(pointer);
            return moved;
        }
        catch (Exception)
        {
            return null;
        }
    }

    /// <summary>ngtcp2_mem.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Functions
    {
        public nint UserData;
        public nint Malloc;
        public nint Free;
        public nint Calloc;
        public nint Realloc;
    }
}
