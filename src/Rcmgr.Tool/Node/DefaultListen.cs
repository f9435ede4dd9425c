using System.Net;
using System.Net.Sockets;
using Rcmgr.Libp2p;
using Rcmgr.Libp2p.Multiaddr;
using Rcmgr.Libp2p.Transports.Quic;

namespace Rcmgr.Tool.Node;

/// <summary>
/// Where a node listens that was told no address: TCP and QUIC at one IP address, on one port number as far as that is free for both.
/// </summary>
/// <param name="Address">The IP address.</param>
/// <param name="Port">The port, if it is free; else, or for 0, some free one.</param>
internal sealed record DefaultListen(IPAddress Address, int Port)
{
    /// <summary>Every interface, on the port by which libp2p nodes are commonly known.</summary>
    public static DefaultListen EveryInterface { get; } = new(IPAddress.Any, 4001);

    /// <summary>This machine alone.</summary>
    public static DefaultListen Loopback { get; } = new(IPAddress.Loopback, 0);

    /// <summary>Has <paramref name="host"/> listen; returns why it does so on TCP alone, or null.</summary>
    /// <exception cref="SocketException">Nothing can be listened on there.</exception>
    public async Task<QuicUnavailableException?> ListenAsync(Libp2pHost host, CancellationToken cancellationToken)
    {
        int port = await ListenAsync(host, Multiaddress.FromTcp, Port, cancellationToken);
        try
        {
            await ListenAsync(host, Multiaddress.FromQuic, port, cancellationToken);
            return null;
        }
        catch (QuicUnavailableException e)
        {
            return e;
        }
    }

    private async Task<int> ListenAsync(
        Libp2pHost host, Func<IPEndPoint, Multiaddress> onTransport, int port, CancellationToken cancellationToken)
    {
        try
        {
            return PortOf(await host.ListenAsync(onTransport(new IPEndPoint(Address, port)), cancellationToken));
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressAlreadyInUse && port != 0)
        {
            return PortOf(await host.ListenAsync(onTransport(new IPEndPoint(Address, 0)), cancellationToken));
        }
    }

    private static int PortOf(Multiaddress address) =>
        address.TryGetTcpEndPoint(out IPEndPoint? endPoint) || address.TryGetQuicEndPoint(out endPoint) ? endPoint.Port : 0;
}
