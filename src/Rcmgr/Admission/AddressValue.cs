using System.Buffers.Binary;
using System.Net;

namespace Rcmgr;

/// <summary>
/// An IP address as a value: canonical (specification §10, item 21), comparable and masked without allocation. An IPv4 address
/// that is written as IPv6 is that IPv4 address, and scope ids are gone, so that the same host never counts as two.
/// </summary>
/// <param name="Bits">The address, its first bit highest; an IPv4 address fills the upper 32 of 128 bits.</param>
/// <param name="IsIPv4">The family.</param>
internal readonly record struct AddressValue(UInt128 Bits, bool IsIPv4)
{
    private const int Width = 128;
    private const int IPv4Width = 32;
    private const ulong MappedPrefix = 0xffff;

    public bool IsLoopback => IsIPv4 ? Bits >> (Width - 8) == 127 : Bits == 1;

    /// <param name="address">Any IP address.</param>
    /// <param name="keepsMapped">Takes an IPv4-mapped address for an IPv6 address, as the published behaviour does.</param>
    public static AddressValue Of(IPAddress address, bool keepsMapped = false)
    {
        Span<byte> bytes = stackalloc byte[Width / 8];
        address.TryWriteBytes(bytes, out int written);
        if (written < bytes.Length)
            return OfIPv4(BinaryPrimitives.ReadUInt32BigEndian(bytes));
        UInt128 bits = BinaryPrimitives.ReadUInt128BigEndian(bytes);
        return bits >> IPv4Width == MappedPrefix && !keepsMapped ? OfIPv4((uint)bits) : new AddressValue(bits, IsIPv4: false);
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

    private static AddressValue OfIPv4(uint address) => new((UInt128)address << (Width - IPv4Width), IsIPv4: true);
}
