using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Rcmgr.Libp2p.Identity;
using Rcmgr.Libp2p.Multiaddr;
using Rcmgr.Libp2p.Muxing;
using Rcmgr.Libp2p.Negotiation;
using Rcmgr.Libp2p.Security;
using Rcmgr.Libp2p.Security.Noise;

namespace Rcmgr.Tool.Demo;

/// <summary>
/// One dialled connection without a host and without a resource manager around it: the protocol layers alone. What a remote
/// can do to a node is what this can do to it.
/// </summary>
internal sealed class BarePeer : IAsyncDisposable
{
    private const string Muxer = "/yamux/1.0.0";
    private const string Noise = "/noise";

    private readonly IMuxedConnection _muxed;
    private readonly Task _refusing;

    private BarePeer(IMuxedConnection muxed)
    {
        _muxed = muxed;
        _refusing = RefuseInboundStreamsAsync();
    }

    /// <summary>Completes, never faulted, when the connection is over.</summary>
    public Task Completion => _muxed.Completion;

    /// <summary>A TCP connection and nothing else.</summary>
    public static async Task<NetworkStream> ConnectAsync(Multiaddress address, CancellationToken cancellationToken)
    {
        if (!address.TryGetTcpEndPoint(out IPEndPoint? endPoint))
            throw new ArgumentException($"{address} is no address of TCP.", nameof(address));

        RequireLoopback(endPoint);
        Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(endPoint, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Connects over TCP or QUIC and proves <paramref name="identity"/>.</summary>
    public static async Task<BarePeer> DialAsync(Multiaddress address, HostIdentity identity, CancellationToken cancellationToken)
    {
        if (!address.TryGetQuicEndPoint(out IPEndPoint? endPoint))
            return new BarePeer(await DialTcpAsync(address, identity, cancellationToken));

        RequireLoopback(endPoint);
        return new BarePeer(await BareQuic.DialAsync(endPoint, address.PeerId, identity, cancellationToken));
    }

    /// <summary>Refuses to attack anybody but this machine.</summary>
    /// <exception cref="ArgumentException">It is not an address of the loopback interface.</exception>
    public static void RequireLoopback(IPEndPoint endPoint)
    {
        if (!IPAddress.IsLoopback(endPoint.Address))
            throw new ArgumentException("The demo's peers dial the loopback interface only.", nameof(endPoint));
    }

    /// <summary>A stream on which nothing is negotiated yet.</summary>
    public ValueTask<MuxedStream> OpenAsync(CancellationToken cancellationToken) => _muxed.OpenStreamAsync(cancellationToken);

    /// <summary>A stream that speaks <paramref name="protocol"/>.</summary>
    public async Task<MuxedStream> OpenAsync(string protocol, CancellationToken cancellationToken)
    {
        MuxedStream stream = await OpenAsync(cancellationToken);
        try
        {
            await MultistreamSelect.NegotiateOutboundAsync(stream, [protocol], cancellationToken);
            return stream;
        }
        catch
        {
            await stream.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _muxed.DisposeAsync();
        await _refusing;
    }

    private static async Task<YamuxConnection> DialTcpAsync(Multiaddress address, HostIdentity identity, CancellationToken cancellationToken)
    {
        Stream raw = await ConnectAsync(address, cancellationToken);
        try
        {
            await MultistreamSelect.NegotiateOutboundAsync(raw, [Noise], cancellationToken);
            using NoiseProtocol noise = new(identity, [Muxer]);
            SecuredChannel secured = await noise.SecureAsync(raw, isInitiator: true, address.PeerId, cancellationToken);
            raw = secured.Stream;
            if (secured.Muxer is null)
                await MultistreamSelect.NegotiateOutboundAsync(raw, [Muxer], cancellationToken);
        }
        catch
        {
            await raw.DisposeAsync();
            throw;
        }

        return new YamuxConnection(
            raw, isInitiator: true, YamuxOptions.Default, UnlimitedStreamBudget.Instance, TimeProvider.System, NullLogger.Instance);
    }

    // The node asks who we are; a peer that does not say is still a peer.
    private async Task RefuseInboundStreamsAsync()
    {
        while (await _muxed.AcceptStreamAsync(CancellationToken.None) is { } stream)
        {
            stream.Reset(0);
            await stream.DisposeAsync();
        }
    }
}
