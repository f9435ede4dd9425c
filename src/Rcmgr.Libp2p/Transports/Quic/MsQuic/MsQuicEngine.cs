using System.Net;
using System.Net.Quic;
using System.Net.Sockets;
using System.Runtime.Versioning;
using System.Security.Authentication;
using Microsoft.Extensions.Logging;
using Rcmgr.Libp2p.Identity;

namespace Rcmgr.Libp2p.Transports.Quic.MsQuic;

/// <summary>
/// QUIC through System.Net.Quic. The platform grows no window at our word and counts no memory for us, so a connection and each of its
/// streams are charged the most they can take before they can take it.
/// </summary>
[SupportedOSPlatform("linux")]
[SupportedOSPlatform("macos")]
[SupportedOSPlatform("windows")]
internal sealed class MsQuicEngine(HostIdentity identity, QuicOptions options, TimeProvider time, ILogger logger) : IQuicEngine
{
    private readonly MsQuicSettings _settings = new(identity, options, time);
    private volatile bool _isDisposed;

    public string Name => "msquic";

    public async ValueTask<IQuicListener> ListenAsync(IPEndPoint endPoint, IQuicGate gate, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        return await MsQuicListener.StartAsync(endPoint, gate, _settings, time, logger, cancellationToken);
    }

    public async ValueTask<IQuicConnection> DialAsync(IPEndPoint endPoint, ConnectionScope scope, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        scope.ReserveMemory(MsQuicSettings.ConnectionBytes + options.ConnectionWindow);
        byte[] certificate = [];
        StreamCredit credit = new();
        try
        {
            QuicConnection native = await QuicConnection.ConnectAsync(
                _settings.Dial(endPoint, seen => certificate = seen, credit), cancellationToken);
            return new MsQuicConnection(native, certificate, scope, credit, logger);
        }
        catch (Exception e) when (e is QuicException or SocketException or AuthenticationException)
        {
            throw QuicFailures.OfDial(e);
        }
    }

    public ValueTask DisposeAsync()
    {
        _isDisposed = true;
        _settings.Dispose();
        return ValueTask.CompletedTask;
    }
}
