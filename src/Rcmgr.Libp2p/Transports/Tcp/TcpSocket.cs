using System.Net;
using System.Net.Sockets;

namespace Rcmgr.Libp2p.Transports.Tcp;

/// <summary>How this host makes, tunes and drops TCP sockets.</summary>
internal static class TcpSocket
{
    /// <summary>Connections the kernel may hold for us before they are accepted.</summary>
    private const int Backlog = 512;

    /// <summary>A socket that listens on <paramref name="endPoint"/>. An IPv6 socket takes IPv6 only: both have their own address.</summary>
    public static Socket Listen(IPEndPoint endPoint)
    {
        Socket socket = new(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(endPoint);
            socket.Listen(Backlog);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Connects to <paramref name="endPoint"/>; the returned stream owns the socket.</summary>
    public static async Task<NetworkStream> ConnectAsync(IPEndPoint endPoint, CancellationToken cancellationToken)
    {
        Socket socket = new(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(endPoint, cancellationToken);
            return ToStream(socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Tunes a connected socket and gives it to a stream.</summary>
    public static NetworkStream ToStream(Socket socket)
    {
        socket.NoDelay = true;
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        return new NetworkStream(socket, ownsSocket: true);
    }

    /// <summary>Closes with a reset, which leaves no state of the connection behind in the kernel. Never throws.</summary>
    public static void Abort(Socket socket)
    {
        try
        {
            socket.LingerState = new LingerOption(true, 0);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The remote was faster; closing is all that is left.
        }

        socket.Dispose();
    }
}
