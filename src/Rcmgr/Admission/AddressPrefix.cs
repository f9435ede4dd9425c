using System.Net;
using System.Net.Sockets;

namespace Rcmgr;

/// <summary>A network as a value: the first <paramref name="Length"/> bits of <paramref name="Bits"/>, of one family only.</summary>
internal readonly record struct AddressPrefix(UInt128 Bits, int Length, bool IsIPv4)
{
    /// <summary>The network as it is spelled: use <see cref="CanonicalAddress"/> first where mapped networks are IPv4 networks.</summary>
    public static AddressPrefix Of(IPNetwork network)
    {
        bool isIPv4 = network.BaseAddress.AddressFamily == AddressFamily.InterNetwork;
        return new AddressPrefix(AddressValue.Of(network.BaseAddress, keepsMapped: true).Bits, network.PrefixLength, isIPv4);
    }

    public static AddressPrefix Of(in AddressValue address, int length) =>
        new(address.Bits & AddressValue.Mask(length), length, address.IsIPv4);

    /// <summary>Whether all of the network is loopback.</summary>
    public bool IsLoopback => Length >= (IsIPv4 ? 8 : 128) && new AddressValue(Bits, IsIPv4).IsLoopback;

    public bool Contains(in AddressValue address) =>
        address.IsIPv4 == IsIPv4 && ((address.Bits ^ Bits) & AddressValue.Mask(Length)) == 0;

    public IPNetwork ToNetwork() => new(new AddressValue(Bits, IsIPv4).ToIPAddress(), Length);
}
