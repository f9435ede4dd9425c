using System.Runtime.InteropServices;

namespace Rcmgr.Libp2p.Transports.Quic.Ngtcp2;

/// <summary>
/// Buffers for the datagrams that one system call receives. Where the kernel joins datagrams of one sender that have one size, a buffer
/// holds as many as it joined.
/// </summary>
internal sealed unsafe class ReceiveBatch : IDisposable
{
    public const int Capacity = 32;

    /// <summary>More than any IP packet holds, joined or not.</summary>
    private const int BufferBytes = 64 * 1024;

    private const int NameBytes = 32;
    private const int ControlBytes = 96;

    private readonly byte* _memory;
    private readonly NativeMessageSlot* _slots;
    private readonly NativeVector* _vectors;
    private bool _isDisposed;

    public ReceiveBatch()
    {
        _memory = (byte*)NativeMemory.Alloc(Capacity * (BufferBytes + NameBytes + ControlBytes));
        _slots = (NativeMessageSlot*)NativeMemory.AllocZeroed((nuint)(Capacity * sizeof(NativeMessageSlot)));
        _vectors = (NativeVector*)NativeMemory.AllocZeroed((nuint)(Capacity * sizeof(NativeVector)));
    }

    /// <summary>Receives what waits at the socket; the count, or less than zero and the error in the last system error.</summary>
    public int Receive(SafeHandle socket)
    {
        for (int i = 0; i < Capacity; i++)
            Reset(i);
        return LibcApi.recvmmsg(socket, _slots, Capacity, LibcApi.DontWait, null);
    }

    /// <summary>One received datagram, or several of one sender; empty if there is nothing to be read in it, or if it was cut.</summary>
    public ReadOnlySpan<byte> Datagrams(int index) =>
        (_slots[index].Message.Flags & LibcApi.Truncated) != 0 || _slots[index].Length > BufferBytes
            ? default
            : new ReadOnlySpan<byte>(_vectors[index].Base, (int)_slots[index].Length);

    public NativeAddress Source(int index) => new() { Socket = _slots[index].Message.Name, Length = _slots[index].Message.NameLength };

    public ReadOnlySpan<byte> Control(int index) =>
        new(_slots[index].Message.Control, (int)nuint.Min(_slots[index].Message.ControlLength, ControlBytes));

    public void Dispose()
    {
        if (_isDisposed)
            return;
        _isDisposed = true;
        NativeMemory.Free(_memory);
        NativeMemory.Free(_slots);
        NativeMemory.Free(_vectors);
    }

    private void Reset(int index)
    {
        byte* own = _memory + (index * (BufferBytes + NameBytes + ControlBytes));
        _vectors[index] = new NativeVector { Base = own, Length = BufferBytes };
        _slots[index] = new NativeMessageSlot
        {
            Message = new NativeMessage
            {
                Vectors = _vectors + index,
                VectorCount = 1,
                Name = own + BufferBytes,
                NameLength = NameBytes,
                Control = own + BufferBytes + NameBytes,
                ControlLength = ControlBytes,
            },
        };
    }
}
