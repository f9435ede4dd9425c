using System.Net;
using System.Net.Sockets;
using Rcmgr.Libp2p.Identity;
using Rcmgr.Libp2p.Negotiation;
using Rcmgr.Libp2p.Security;
using Rcmgr.Libp2p.Security.Noise;

namespace Rcmgr.Interop.Tests.Hosts;

/// <summary>A client that goes as far as it is told, so that it can stop or misbehave at any point. Each has an identity of its own.</summary>
internal sealed class LoopbackClient : IAsyncDisposable
{
    private readonly HostIdentity _identity = HostIdentity.Generate();
    private readonly NoiseProtocol _noise;
    private readonly Socket _socket;
    private bool _isDisposed;

    private LoopbackClient(Socket socket)
    {
        _socket = socket;
        _noise = new NoiseProtocol(_identity, ["/yamux/1.0.0"]);
        Raw = new NetworkStream(socket);
    }

    /// <summary>The TCP connection.</summary>
    public Stream Raw { get; }

    public static async Task<LoopbackClient> ConnectAsync(IPEndPoint endPoint, CancellationToken cancellationToken)
    {
        Socket socket = new(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(endPoint, cancellationToken);
            return new LoopbackClient(socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Agrees on Noise and yamux and proves the identity, honestly.</summary>
    public Task<Stream> SecureAsync(CancellationToken cancellationToken) => SecureAsync(Raw, cancellationToken);

    /// <summary>As the overload without a channel, through <paramref name="channel"/>, which leads to the TCP connection.</summary>
    public async Task<Stream> SecureAsync(Stream channel, CancellationToken cancellationToken)
    {
        await MultistreamSelect.NegotiateOutboundAsync(channel, [_noise.ProtocolId], cancellationToken);
        SecuredChannel secured = await _noise.SecureAsync(channel, isInitiator: true, expectedRemote: null, cancellationToken);
        Assert.Equal("/yamux/1.0.0", secured.Muxer);
        return secured.Stream;
    }

    /// <summary>Whether the other side ends the connection in time; what it sends before that is dropped.</summary>
    public async Task<bool> SeesTheEndAsync(TimeSpan within)
    {
        using CancellationTokenSource deadline = new(within);
        byte[] dropped = new byte[4096];
        try
        {
            while (await Raw.ReadAsync(dropped, deadline.Token) > 0)
            {
            }

            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
        catch (IOException)
        {
            return true;
        }
    }

    /// <summary>Leaves with a reset: hundreds of clients would otherwise stay in the kernel for a minute. May be called again.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_isDisposed)
            return;
        _isDisposed = true;
        _socket.LingerState = new LingerOption(true, 0);
        _socket.Dispose();
        await Raw.DisposeAsync();
        _noise.Dispose();
        _identity.Dispose();
    }
}
