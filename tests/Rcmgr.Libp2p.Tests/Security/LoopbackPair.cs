using System.Net;
using System.Net.Sockets;

namespace Rcmgr.Libp2p.Tests.Security;

/// <summary>Two ends of a real TCP connection within this machine.</summary>
internal static class LoopbackPair
{
    public static async Task<(NetworkStream A, NetworkStream B)> CreateAsync(CancellationToken ct)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var dialler = new Socket(SocketType.Stream, ProtocolType.Tcp);
        var accepting = listener.AcceptSocketAsync(ct);
        await dialler.ConnectAsync(listener.LocalEndpoint, ct);
        return (new NetworkStream(dialler, ownsSocket: true), new NetworkStream(await accepting, ownsSocket: true));
    }
}
