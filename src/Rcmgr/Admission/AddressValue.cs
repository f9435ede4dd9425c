using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace Rcmgr;

/// <summary>
/// An IP address as a value: canonical (specification §10, item 21), comparable and masked without allocation. An IPv4 address
/// that is written as IPv6 is that IPv4 address, and scope ids are gone, so that the same host never counts as two.
/// </summary>
/// <param name="High">The first 64 bits of the address, the first one highest; an IPv4 address fills the upper 32 of them.</param>
/// <param name="Low">The other 64 bits.</param>
/// <param name="IsIPv4">The family.</param>
internal readonly record struct AddressValue(ulong High, ulong Low, bool IsIPv4)
{
    private const int Width = 128;
    private const int IPv4Width = 32;
    private const ulong MappedPrefix = 0xffff;

    public AddressValue(UInt128 bits, bool isIPv4)
        : this((ulong)(bits >> 64), (ulong)bits, isIPv4)
    {
    }

    /// <summary>The address as one number.</summary>
    public UInt128 Bits => new(High, Low);

    public bool IsLoopback => IsIPv4 ? High >> (64 - 8) == 127 : High == 0 && Low == 1;

    /// <param name="address">Any IP address.</param>
    /// <param name="keepsMapped">Takes an IPv4-mapped address for an IPv6 address, as the published behaviour does.</param>
    // Not inlined, so that it is written where the caller keeps it: a copy of what has just been written in parts would have to wait for them.
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static AddressValue Of(IPAddress address, bool keepsMapped = false)
    {
        if (address.AddressFamily == AddressFamily.InterNetwork)
            return OfIPv4(address);
        return OfIPv6(address, keepsMapped);
    }

    /// <summary>The mask of a prefix of <paramref name="length"/> bits; the same for both families.</summary>
    public static UInt128 Mask(int length) => length == 0 ? UInt128.Zero : UInt128.MaxValue << (Width - length);

    public static int MaxPrefixLength(bool isIPv4) => isIPv4 ? IPv4Width : Width;

    public IPAddress ToIPAddress()
    {
        Span<byte> bytes = stackalloc byte[Width / 8];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, Bits);
        return new IPAddress(bytes[..(MaxPrefixLength(IsIPv4) / 8)]);
    }

    private static AddressValue OfIPv4(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[IPv4Width / 8];
        address.TryWriteBytes(bytes, out _);
        return OfIPv4(BinaryPrimitives.ReadUInt32BigEndian(bytes));
    }

    private static AddressValue OfIPv6(IPAddress address, bool keepsMapped)
    {
        Span<byte> bytes = stackalloc byte[Width / 8];
        address.TryWriteBytes(bytes, out _);
        UInt128 bits = BinaryPrimitives.ReadUInt128BigEndian(bytes);
        return bits >> IPv4Width == MappedPrefix && !keepsMapped ? OfIPv4((uint)bits) : new AddressValue(bits, isIPv4: false);
    }

    private static AddressValue OfIPv4(uint address) => new((ulong)address << (64 - IPv4Width), Low: 0, IsIPv4: true);
}
