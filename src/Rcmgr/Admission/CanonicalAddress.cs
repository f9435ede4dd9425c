using System.Net;

namespace Rcmgr;

/// <summary>One spelling for each network: of IPv4 addresses that are written as IPv6, the IPv4 one (specification §10, item 21).</summary>
internal static class CanonicalAddress
{
    private const int MappedPrefixLength = 96;

    public static IPNetwork Of(IPNetwork network) =>
        network.BaseAddress.IsIPv4MappedToIPv6 && network.PrefixLength >= MappedPrefixLength
            ? new IPNetwork(network.BaseAddress.MapToIPv4(), network.PrefixLength - MappedPrefixLength)
            : network;
}
