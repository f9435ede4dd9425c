using System.Buffers.Binary;
using System.Net;

namespace Rcmgr.Libp2p.Transports.Quic.Ngtcp2;

/// <summary>Socket addresses as Linux lays them out, and the control data that carries the local one of a datagram.</summary>
internal static class SocketAddresses
{
    /// <summary>Room for an address of either family.</summary>
    public const int MaxBytes = 32;

    /// <summary>Room for the control data that <see cref="WriteSource"/> writes.</summary>
    public const int MaxSourceBytes = 40;

    public const int IpLevel = 0;
    public const int IpPacketInfo = 8;
    public const int Ipv6Level = 41;
    public const int Ipv6ReceivePacketInfo = 49;
    public const int UdpLevel = 17;

    /// <summary>One system call sends several datagrams of one size (generic segmentation offload).</summary>
    public const int UdpSegment = 103;

    /// <summary>One buffer receives several datagrams of one size (generic receive offload).</summary>
    public const int UdpJoining = 104;

    private const int Ipv6PacketInfo = 50;
    private const int ControlHeader = 16;
    private const int Ipv4Family = 2;
    private const int Ipv4Bytes = 16;
    private const int Ipv6Bytes = 28;

    /// <summary>Writes an end point; returns its length.</summary>
    public static int Write(IPEndPoint endPoint, Span<byte> destination)
    {
        SocketAddress address = endPoint.Serialize();
        address.Buffer.Span[..address.Size].CopyTo(destination);
        return address.Size;
    }

    /// <summary>Reads an end point; null for what is of no known family.</summary>
    public static IPEndPoint? Read(ReadOnlySpan<byte> address)
    {
        if (address.Length < Ipv4Bytes)
            return null;
        int port = BinaryPrimitives.ReadUInt16BigEndian(address[2..]);
        if (IsIpv4(address))
            return new IPEndPoint(new IPAddress(address.Slice(4, 4)), port);
        return address.Length < Ipv6Bytes
            ? null
            : new IPEndPoint(new IPAddress(address.Slice(8, 16), BinaryPrimitives.ReadUInt32LittleEndian(address[24..])), port);
    }

    /// <summary>The part of an address of known family that names the host: all but the port.</summary>
    public static ReadOnlySpan<byte> HostOf(ReadOnlySpan<byte> address) => IsIpv4(address) ? address.Slice(4, 4) : address.Slice(8, 20);

    /// <summary>
    /// Reads what the kernel says of a received datagram: sets the address, not the port, of <paramref name="local"/> to where it was sent
    /// to, and returns the size of those that were joined to it; zero when none was.
    /// </summary>
    public static int Take(ReadOnlySpan<byte> control, Span<byte> local)
    {
        int segment = 0;
        while (control.Length >= ControlHeader)
        {
            int length = (int)Math.Min(BinaryPrimitives.ReadUInt64LittleEndian(control), (ulong)control.Length);
            int level = BinaryPrimitives.ReadInt32LittleEndian(control[8..]);
            int type = BinaryPrimitives.ReadInt32LittleEndian(control[12..]);
            if (level == IpLevel && type == IpPacketInfo && length >= ControlHeader + 12)
                control.Slice(ControlHeader + 8, 4).CopyTo(local[4..]);
            else if (level == Ipv6Level && type == Ipv6PacketInfo && length >= ControlHeader + 20)
                control.Slice(ControlHeader, 16).CopyTo(local[8..]);
            else if (level == UdpLevel && type == UdpJoining && length >= ControlHeader + sizeof(int))
                segment = BinaryPrimitives.ReadInt32LittleEndian(control[ControlHeader..]);
            if (length < ControlHeader)
                return segment;
            control = control[Math.Min((length + 7) & ~7, control.Length)..];
        }

        return segment;
    }

    /// <summary>Writes control data that sends from the address in <paramref name="local"/>; returns its length.</summary>
    public static int WriteSource(ReadOnlySpan<byte> local, Span<byte> control)
    {
        control = control[..MaxSourceBytes];
        control.Clear();
        if (IsIpv4(local))
        {
            WriteHeader(control, ControlHeader + 12, IpLevel, IpPacketInfo);
            local.Slice(4, 4).CopyTo(control[(ControlHeader + 4)..]);
            return ControlHeader + 16;
        }

        WriteHeader(control, ControlHeader + 20, Ipv6Level, Ipv6PacketInfo);
        local.Slice(8, 16).CopyTo(control[ControlHeader..]);
        local.Slice(24, 4).CopyTo(control[(ControlHeader + 16)..]);
        return ControlHeader + 24;
    }

    public static void WriteHeader(Span<byte> control, int length, int level, int type)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(control, (ulong)length);
        BinaryPrimitives.WriteInt32LittleEndian(control[8..], level);
        BinaryPrimitives.WriteInt32LittleEndian(control[12..], type);
    }

    private static bool IsIpv4(ReadOnlySpan<byte> address) => BinaryPrimitives.ReadUInt16LittleEndian(address) == Ipv4Family;
}
