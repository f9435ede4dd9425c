using System.Runtime.InteropServices;

namespace Rcmgr.Libp2p.Transports.Quic.Ngtcp2;

/// <summary>Buffers for the datagrams that one system call receives.</summary>
internal sealed unsafe class ReceiveBatch : IDisposable
{
    public const int Capacity = 64;

    /// <summary>No QUIC datagram that this side agreed to is larger; what is gets cut and dropped.</summary>
    private const int DatagramBytes = 2048;

    private const int NameBytes = 32;
    private const int ControlBytes = 64;

    private readonly byte* _memory;
    private readonly NativeMessageSlot* _slots;
    private readonly NativeVector* _vectors;
    private bool _isDisposed;

    public ReceiveBatch()
    {
        _memory = (byte*)NativeMemory.AllocZeroed(Capacity * (DatagramBytes + NameBytes + ControlBytes));
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

    /// <summary>A received datagram; empty if there is nothing to be read in it, or if it was cut.</summary>
    public ReadOnlySpan<byte> Datagram(int index) =>
        (_slots[index].Message.Flags & LibcApi.Truncated) != 0 || _slots[index].Length > DatagramBytes
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
        byte* own = _memory + (index * (DatagramBytes + NameBytes + ControlBytes));
        _vectors[index] = new NativeVector { Base = own, Length = DatagramBytes };
        _slots[index] = new NativeMessageSlot
        {
            Message = new NativeMessage
            {
                Vectors = _vectors + index,
                VectorCount = 1,
                Name = own + DatagramBytes,
                NameLength = NameBytes,
                Control = own + DatagramBytes + NameBytes,
                ControlLength = ControlBytes,
            },
        };
    }
}
