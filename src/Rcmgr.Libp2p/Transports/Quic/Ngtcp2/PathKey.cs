namespace Rcmgr.Libp2p.Transports.Quic.Ngtcp2;

/// <summary>The bytes by which one path is told from another: the ports and addresses of both ends.</summary>
internal static unsafe class PathKey
{
    public const int Bytes = 2 * EndBytes;

    private const int PortAt = 2;
    private const int PortBytes = sizeof(ushort);
    private const int EndBytes = PortBytes + 20;

    /// <summary>Writes the key of <paramref name="path"/>, whose addresses are of IPv4 or IPv6.</summary>
    public static void Write(in NativePath path, Span<byte> key)
    {
        key.Clear();
        WriteEnd(path.Local, key);
        WriteEnd(path.Remote, key[EndBytes..]);
    }

    private static void WriteEnd(in NativeAddress end, Span<byte> key)
    {
        ReadOnlySpan<byte> address = new(end.Socket, (int)end.Length);
        address.Slice(PortAt, PortBytes).CopyTo(key);
        SocketAddresses.HostOf(address).CopyTo(key[PortBytes..]);
    }
}
