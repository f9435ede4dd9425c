using System.Net;
using Microsoft.Extensions.Logging;
using Rcmgr.Libp2p.Identity;

namespace Rcmgr.Libp2p.Transports.Quic.Ngtcp2;

/// <summary>QUIC through the distribution's ngtcp2 and GnuTLS. The loop and the credentials are made with the first use.</summary>
internal sealed class Ngtcp2Engine : IQuicEngine
{
    private readonly HostIdentity _identity;
    private readonly QuicOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Ngtcp2Faults? _faults;
    private readonly Lock _gate = new();
    private Ngtcp2Context? _context;
    private NativeLoop? _loop;
    private bool _isDisposed;

    public Ngtcp2Engine(HostIdentity identity, QuicOptions options, TimeProvider time, ILogger logger, Ngtcp2Faults? faults = null)
    {
        _identity = identity;
        _options = options;
        _time = time;
        _logger = logger;
        _faults = faults;
    }

    public string Name => "ngtcp2";

    public async ValueTask<IQuicListener> ListenAsync(IPEndPoint endPoint, IQuicGate gate, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        (NativeLoop loop, Ngtcp2Context context) = Start();
        return await loop.CallAsync(() =>
        {
            UdpEndpoint endpoint = UdpEndpoint.Listen(loop, context, endPoint, gate);
            endpoint.Start();
            return new Listener(endpoint);
        });
    }

    public async ValueTask<IQuicConnection> DialAsync(IPEndPoint endPoint, ConnectionScope scope, CancellationToken cancellationToken)
    {
        (NativeLoop loop, Ngtcp2Context context) = Start();
        Ngtcp2Connection connection = await loop.CallAsync(() => Dial(loop, context, endPoint, scope));
        try
        {
            await connection.Established.WaitAsync(cancellationToken);
            return connection;
        }
        catch
        {
            // The scope must outlive what it pays for.
            await connection.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            if (_isDisposed)
                return;
            _isDisposed = true;
        }

        if (_loop is not null)
            await _loop.DisposeAsync();
        _context?.Dispose();
    }

    private static Ngtcp2Connection Dial(NativeLoop loop, Ngtcp2Context context, IPEndPoint endPoint, ConnectionScope scope)
    {
        UdpEndpoint endpoint = UdpEndpoint.Connect(loop, context, endPoint);
        try
        {
            endpoint.Start();
            return Ngtcp2Connection.Dial(endpoint, endPoint, scope);
        }
        catch
        {
            endpoint.Abandon();
            throw;
        }
    }

    private (NativeLoop Loop, Ngtcp2Context Context) Start()
    {
        Ngtcp2Library.Require();
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            _context ??= new Ngtcp2Context(_identity, _options, _time, _logger, _faults);
            _loop ??= new NativeLoop(_logger);
            return (_loop, _context);
        }
    }

    private sealed class Listener(UdpEndpoint endpoint) : IQuicListener
    {
        public IPEndPoint LocalEndPoint => endpoint.LocalEndPoint;

        public async ValueTask DisposeAsync()
        {
            try
            {
                await endpoint.Loop.CallAsync(() =>
                {
                    endpoint.StopAccepting();
                    return true;
                });
            }
            catch (ObjectDisposedException)
            {
                // The loop has ended, and the endpoint with it.
            }
        }
    }
}
