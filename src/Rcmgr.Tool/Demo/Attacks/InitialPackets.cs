using System.Net;
using System.Net.Sockets;
using Rcmgr.Libp2p.Identity;

namespace Rcmgr.Tool.Demo.Attacks;

/// <summary>First packets of QUIC handshakes.</summary>
internal static class InitialPackets
{
    /// <summary>The first datagram of a real dial, as a socket that never answers sees it.</summary>
    public static async Task<byte[]> CaptureAsync(CancellationToken cancellationToken)
    {
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        using CancellationTokenSource enough = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task dialing = DialInVainAsync((IPEndPoint)socket.LocalEndPoint!, enough.Token);
        byte[] buffer = new byte[2048];
        Task<int> receiving = socket.ReceiveAsync(buffer, enough.Token).AsTask();
        if (await Task.WhenAny(receiving, dialing) == dialing)
            await dialing;

        int length = await receiving;
        await enough.CancelAsync();
        await dialing;
        return buffer[..length];
    }

    private static async Task DialInVainAsync(IPEndPoint silent, CancellationToken cancellationToken)
    {
        using HostIdentity identity = HostIdentity.Generate();
        try
        {
            await using BareQuic never = await BareQuic.DialAsync(silent, expected: null, identity, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Its first packet was all that was wanted.
        }
    }
}
