using System.Runtime.InteropServices;

namespace Rcmgr.Libp2p.Transports.Quic.Ngtcp2;

/// <summary>
/// The room in which connections write their packets, and the path these take. Packets of one size on one path leave with one system
/// call.
/// </summary>
internal sealed unsafe class SendBatch : IDisposable
{
    /// <summary>Bytes of one system call: less than one IP datagram can have.</summary>
    public const int Capacity = 62 * 1024;

    /// <summary>More than the largest packet that is ever written.</summary>
    public const int LargestPacket = 2048;

    private const int AddressBytes = 4 * SocketAddresses.MaxBytes;

    private readonly byte* _packets = (byte*)NativeMemory.AllocZeroed(Capacity + LargestPacket);
    private readonly byte* _addresses = (byte*)NativeMemory.AllocZeroed(AddressBytes);
    private NativePath _path;
    private bool _isDisposed;

    /// <summary>The packets that wait.</summary>
    public byte* Packets => _packets;

    /// <summary>Where the next packet goes.</summary>
    public byte* Next => _packets + Used;

    /// <summary>Bytes that wait.</summary>
    public int Used { get; private set; }

    /// <summary>The size of every packet that waits, but for the last.</summary>
    public int Segment { get; private set; }

    /// <summary>The path of the packets that wait.</summary>
    public NativePath Path => _path;

    /// <summary>Room for the path of the next packet.</summary>
    public NativePath NewPath() => PathAt(_addresses + (2 * SocketAddresses.MaxBytes));

    /// <summary>Whether a packet of <paramref name="length"/> bytes on <paramref name="path"/> can leave together with those that wait.</summary>
    public bool Fits(int length, in NativePath path) =>
        Used == 0 || (length <= Segment && Same(_path.Remote, path.Remote) && Same(_path.Local, path.Local));

    /// <summary>Takes the packet at <see cref="Next"/>; it <see cref="Fits"/>.</summary>
    public void Add(int length, in NativePath path)
    {
        if (Used == 0)
        {
            Segment = length;
            _path = PathAt(_addresses);
            Copy(path.Local, ref _path.Local);
            Copy(path.Remote, ref _path.Remote);
        }

        Used += length;
    }

    /// <summary>Forgets the packets, which have been sent.</summary>
    public void Clear() => Used = 0;

    public void Dispose()
    {
        if (_isDisposed)
            return;
        _isDisposed = true;
        NativeMemory.Free(_packets);
        NativeMemory.Free(_addresses);
    }

    private static NativePath PathAt(byte* addresses) => new()
    {
        Local = new NativeAddress { Socket = addresses, Length = SocketAddresses.MaxBytes },
        Remote = new NativeAddress { Socket = addresses + SocketAddresses.MaxBytes, Length = SocketAddresses.MaxBytes },
    };

    private static bool Same(in NativeAddress one, in NativeAddress other) =>
        new ReadOnlySpan<byte>(one.Socket, (int)one.Length).SequenceEqual(new ReadOnlySpan<byte>(other.Socket, (int)other.Length));

    private static void Copy(in NativeAddress from, ref NativeAddress to)
    {
        to.Length = Math.Min(from.Length, SocketAddresses.MaxBytes);
        NativeMemory.Copy(from.Socket, to.Socket, to.Length);
    }
}
