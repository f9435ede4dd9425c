using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Rcmgr.Libp2p.Identity;
using Rcmgr.Libp2p.Multiaddr;
using Rcmgr.Libp2p.Muxing;
using Rcmgr.Libp2p.Negotiation;
using Rcmgr.Libp2p.Security;
using Rcmgr.Libp2p.Security.Noise;

namespace Rcmgr.Libp2p.Tests.Swarm;

/// <summary>A remote that is not a host: sees codes and does what hosts never do.</summary>
internal sealed class RawPeer : IAsyncDisposable
{
    private readonly NoiseProtocol _noise;

    private RawPeer(NoiseProtocol noise, IMuxedConnection session)
    {
        _noise = noise;
        Session = session;
    }

    public IMuxedConnection Session { get; }

    /// <summary>A bare TCP connection.</summary>
    public static async Task<Socket> ConnectTcpAsync(Multiaddress address)
    {
        Assert.True(address.TryGetTcpEndPoint(out IPEndPoint? endPoint));
        Socket socket = new(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(endPoint, TestContext.Current.CancellationToken);
        return socket;
    }

    /// <summary>A connection with security and muxer.</summary>
    public static async Task<RawPeer> ConnectAsync(Multiaddress address)
    {
        CancellationToken ct = TestContext.Current.CancellationToken;
        using HostIdentity identity = HostIdentity.Generate();
        NoiseProtocol noise = new(identity, ["/yamux/1.0.0"]);
        NetworkStream raw = new(await ConnectTcpAsync(address), ownsSocket: true);
        await MultistreamSelect.NegotiateOutboundAsync(raw, ["/noise"], ct);
        SecuredChannel secured = await noise.SecureAsync(raw, isInitiator: true, address.PeerId, ct);
        YamuxConnection session = new(
            secured.Stream, isInitiator: true, YamuxOptions.Default, UnlimitedStreamBudget.Instance, TimeProvider.System, NullLogger.Instance);
        return new RawPeer(noise, session);
    }

    /// <summary>Opens a stream and proposes <paramref name="protocol"/> without waiting for an answer.</summary>
    public async Task<MuxedStream> ProposeAsync(string protocol)
    {
        CancellationToken ct = TestContext.Current.CancellationToken;
        MuxedStream stream = await Session.OpenStreamAsync(ct);
        await stream.WriteAsync(MultistreamMessages.Encode(MultistreamSelect.ProtocolId, protocol), ct);
        return stream;
    }

    /// <summary>Reads until the stream is reset, and tells with which code.</summary>
    public static async Task<uint> ResetCodeAsync(Stream stream)
    {
        byte[] buffer = new byte[4096];
        StreamResetException reset = await Assert.ThrowsAsync<StreamResetException>(async () =>
        {
            while (await stream.ReadAsync(buffer, TestContext.Current.CancellationToken) > 0)
                continue;
        });
        Assert.True(reset.ByRemote);
        return reset.Code;
    }

    public async ValueTask DisposeAsync()
    {
        await Session.DisposeAsync();
        _noise.Dispose();
    }
}
