using System.Net;

namespace Rcmgr.Libp2p.Transports.Quic;

/// <summary>Chooses an engine at its first use, so that a host without QUIC loads no native library.</summary>
internal sealed class LazyQuicEngine(Func<IQuicEngine> choose) : IQuicEngine
{
    private readonly Lock _gate = new();
    private IQuicEngine? _chosen;
    private bool _isDisposed;

    /// <exception cref="QuicUnavailableException">There is no engine.</exception>
    public string Name => Choose().Name;

    public ValueTask<IQuicListener> ListenAsync(IPEndPoint endPoint, IQuicGate gate, CancellationToken cancellationToken) =>
        Choose().ListenAsync(endPoint, gate, cancellationToken);

    public ValueTask<IQuicConnection> DialAsync(IPEndPoint endPoint, ConnectionScope scope, CancellationToken cancellationToken) =>
        Choose().DialAsync(endPoint, scope, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        IQuicEngine? chosen;
        lock (_gate)
        {
            _isDisposed = true;
            chosen = _chosen;
        }

        if (chosen is not null)
            await chosen.DisposeAsync();
    }

    private IQuicEngine Choose()
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            return _chosen ??= choose();
        }
    }
}
