using Rcmgr.Libp2p.Muxing;
using Rcmgr.Tool.Demo;

namespace Rcmgr.Tool.Tests.Node;

/// <summary>A few bytes to a node's echo and back.</summary>
internal static class EchoExchange
{
    public static async Task RunAsync(BarePeer peer, CancellationToken cancellationToken)
    {
        byte[] sent = [1, 2, 3];
        byte[] received = new byte[sent.Length];
        MuxedStream stream = await peer.OpenAsync(DemoProtocols.Echo, cancellationToken);
        await stream.WriteAsync(sent, cancellationToken);
        await stream.ReadExactlyAsync(received, cancellationToken);
        await stream.CloseGracefullyAsync(cancellationToken);
        Assert.Equal(sent, received);
    }
}
