using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace Rcmgr.Libp2p.Transports.Tcp;

/// <summary>What a socket on a wildcard address (0.0.0.0 or ::) can be reached at: nobody can dial the wildcard itself.</summary>
internal static class WildcardAddresses
{
    /// <summary>The most addresses that one wildcard stands for.</summary>
    public const int MaxAddresses = 16;

    /// <summary>
    /// The end points of <paramref name="bound"/> on the interfaces that are up now, those that others can reach before the loopback ones;
    /// an end point of one address stands for itself.
    /// </summary>
    public static IReadOnlyList<IPEndPoint> Expand(IPEndPoint bound) =>
        IsWildcard(bound.Address) ? Expand(bound, InterfaceAddresses()) : [bound];

    public static IReadOnlyList<IPEndPoint> Expand(IPEndPoint bound, IEnumerable<IPAddress> interfaceAddresses)
    {
        if (!IsWildcard(bound.Address))
            return [bound];
        IPEndPoint[] reachable =
        [
            .. interfaceAddresses
                .Where(address => address.AddressFamily == bound.AddressFamily && IsDialable(address))
                .Distinct()
                .OrderBy(IPAddress.IsLoopback)
                .Take(MaxAddresses)
                .Select(address => new IPEndPoint(address, bound.Port)),
        ];
        IPAddress loopback = bound.AddressFamily == AddressFamily.InterNetwork ? IPAddress.Loopback : IPAddress.IPv6Loopback;
        return reachable.Length > 0 ? reachable : [new IPEndPoint(loopback, bound.Port)];
    }

    private static bool IsWildcard(IPAddress address) => address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any);

    // A link-local IPv6 address means nothing without the zone, which is this machine's own name for a link.
    private static bool IsDialable(IPAddress address) => !IsWildcard(address) && !address.IsIPv6LinkLocal && !address.IsIPv6Multicast;

    private static IEnumerable<IPAddress> InterfaceAddresses()
    {
        try
        {
            return
            [
                .. NetworkInterface.GetAllNetworkInterfaces()
                    .Where(network => network.OperationalStatus is OperationalStatus.Up or OperationalStatus.Unknown)
                    .SelectMany(network => network.GetIPProperties().UnicastAddresses)
                    .Select(unicast => unicast.Address),
            ];
        }
        catch (NetworkInformationException)
        {
            // A system that does not tell: loopback is left.
            return [];
        }
    }
}
