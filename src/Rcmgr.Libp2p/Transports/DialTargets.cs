using System.Net;
using System.Net.Sockets;
using Rcmgr.Libp2p.Multiaddr;

namespace Rcmgr.Libp2p.Transports;

/// <summary>Where an address leads: to one end point, or to those of a name.</summary>
internal static class DialTargets
{
    /// <summary>The most addresses of one name that a dial tries.</summary>
    public const int MaxAddresses = 4;

    public static bool IsTcp(Multiaddress address) => address.TryGetTcpEndPoint(out _) || address.TryGetTcpName(out _, out _, out _);

    public static bool IsQuic(Multiaddress address) => address.TryGetQuicEndPoint(out _) || address.TryGetQuicName(out _, out _, out _);

    /// <summary>At least one end point; names are looked up now.</summary>
    /// <exception cref="SocketException">The name has no address of the kind asked for, or cannot be looked up.</exception>
    /// <exception cref="TimeoutException">Looking the name up took longer than <paramref name="timeout"/>.</exception>
    public static async Task<IReadOnlyList<IPEndPoint>> ResolveAsync(
        Multiaddress address, TimeSpan timeout, TimeProvider time, CancellationToken cancellationToken)
    {
        if (address.TryGetTcpEndPoint(out IPEndPoint? endPoint) || address.TryGetQuicEndPoint(out endPoint))
            return [endPoint];
        if (!address.TryGetTcpName(out string? name, out AddressFamily family, out int port)
            && !address.TryGetQuicName(out name, out family, out port))
            throw new ArgumentException($"{address} leads nowhere.", nameof(address));
        using Deadline deadline = new(timeout, time, cancellationToken);
        try
        {
            // Waited for besides: not every system's resolver can be told to stop.
            IPAddress[] found = await Dns.GetHostAddressesAsync(name, family, deadline.Token).WaitAsync(deadline.Token);
            return found.Length == 0
                ? throw new SocketException((int)SocketError.NoData)
                : [.. found.Distinct().Take(MaxAddresses).Select(ip => new IPEndPoint(ip, port))];
        }
        catch (OperationCanceledException e) when (deadline.IsExpired)
        {
            throw new TimeoutException("The name was not resolved in time.", e);
        }
    }
}
