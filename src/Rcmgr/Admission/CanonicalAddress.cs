using System.Net;
using System.Net.Sockets;

namespace Rcmgr;

/// <summary>One spelling for each address, so that the same host never counts as two (specification §10, item 21).</summary>
internal static class CanonicalAddress
{
    private const int MappedPrefixLength = 96;

    public static IPAddress Of(IPAddress address)
    {
        if (address.AddressFamily != AddressFamily.InterNetworkV6)
            return address;
        if (address.IsIPv4MappedToIPv6)
            return address.MapToIPv4();
        return address.ScopeId == 0 ? address : new IPAddress(address.GetAddressBytes());
    }

    public static IPNetwork Of(IPNetwork network) =>
        network.BaseAddress.IsIPv4MappedToIPv6 && network.PrefixLength >= MappedPrefixLength
            ? new IPNetwork(network.BaseAddress.MapToIPv4(), network.PrefixLength - MappedPrefixLength)
            : network;
}
