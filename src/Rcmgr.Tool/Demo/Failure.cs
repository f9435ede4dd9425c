using System.Net.Sockets;
using Rcmgr.Libp2p.Security;

namespace Rcmgr.Tool.Demo;

/// <summary>Tells what a remote or the network does to us from mistakes of our own.</summary>
internal static class Failure
{
    /// <summary>Whether this is what a refused, closed, reset or timed out exchange looks like.</summary>
    public static bool IsOfConnection(Exception e) =>
        e is IOException or SocketException or SecurityException or TimeoutException or OperationCanceledException or ObjectDisposedException;
}
