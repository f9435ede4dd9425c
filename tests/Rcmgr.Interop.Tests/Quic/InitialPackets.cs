using System.Net;
using System.Net.Sockets;
using Rcmgr.Libp2p;
using Rcmgr.Libp2p.Identity;
using Rcmgr.Libp2p.Multiaddr;

namespace Rcmgr.Interop.Tests.Quic;

/// <summary>First packets of handshakes.</summary>
internal static class InitialPackets
{
    /// <summary>The first datagram of a real dial, as a socket that never answers sees it.</summary>
    public static async Task<byte[]> CaptureAsync()
    {
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        using HostIdentity identity = HostIdentity.Generate();
        await using Libp2pHost host = await Libp2pHost.StartAsync(
            new Libp2pHostOptions { Identity = identity, ResourceManager = new ResourceManager(ResourceManagerLimits.Infinite) },
            TestContext.Current.CancellationToken);
        using CancellationTokenSource enough = new();
        Task<PeerId> dialing = host.DialAsync(Multiaddress.FromQuic((IPEndPoint)socket.LocalEndPoint!), enough.Token);
        byte[] buffer = new byte[2048];
        int length = await socket.ReceiveAsync(buffer, TestContext.Current.CancellationToken);
        await enough.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => dialing);
        return buffer[..length];
    }
}
