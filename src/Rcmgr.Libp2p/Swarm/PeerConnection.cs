using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Rcmgr.Libp2p.Identity;
using Rcmgr.Libp2p.Multiaddr;
using Rcmgr.Libp2p.Muxing;
using Rcmgr.Libp2p.Transports;

namespace Rcmgr.Libp2p.Swarm;

/// <summary>
/// One authenticated, muxed connection: serves the streams the remote opens, opens ours, and gives everything back at its end
/// (specification §8.5, §8.6).
/// </summary>
internal sealed partial class PeerConnection : IDisposable
{
    private static long _lastId;

    private readonly SwarmContext _context;
    private readonly IMuxedConnection _session;
    private readonly ConnectionScope _scope;
    private readonly OwnedTasks _handlers;
    private readonly ConcurrentDictionary<PeerStream, PeerStream> _opened = new();
    private readonly CancellationTokenSource _over = new();

    public PeerConnection(UpgradedConnection upgraded, ConnectionScope scope, Multiaddress remoteAddress, SwarmContext context)
    {
        _session = upgraded.Session;
        _scope = scope;
        _context = context;
        _handlers = new OwnedTasks(context.Logger);
        RemotePeer = upgraded.RemotePeer;
        RemoteAddress = remoteAddress;
    }

    /// <summary>The connection's number, unique in this process.</summary>
    public long Id { get; } = Interlocked.Increment(ref _lastId);

    public PeerId RemotePeer { get; }

    public Multiaddress RemoteAddress { get; }

    public Direction Direction => _scope.Direction;

    /// <summary>Whether the session has not ended yet.</summary>
    public bool IsOpen => !_session.Completion.IsCompleted;

    /// <summary>
    /// Serves the connection until its session is over and gives back what the connection holds. Streams that handlers still hold are
    /// the subject of <see cref="DrainAsync"/>.
    /// </summary>
    public async Task RunAsync()
    {
        try
        {
            while (await _session.AcceptStreamAsync(CancellationToken.None) is { } stream)
                Accept(stream);
        }
        finally
        {
            await EndAsync();
        }
    }

    /// <summary>Completes when every handler of this connection has returned.</summary>
    public Task DrainAsync() => _handlers.CompleteAsync();

    /// <summary>For the time after <see cref="DrainAsync"/>.</summary>
    public void Dispose() => _over.Dispose();

    /// <summary>Ends the connection and all its streams, and tells the remote why.</summary>
    public ValueTask CloseAsync(uint code, CancellationToken cancellationToken) => _session.CloseAsync(code, cancellationToken);

    /// <summary>Opens a stream and agrees on <paramref name="protocol"/>.</summary>
    /// <exception cref="ResourceLimitExceededException">The resource manager refused.</exception>
    /// <exception cref="TimeoutException">The remote did not answer in time.</exception>
    /// <exception cref="IOException">The remote refused the stream or the protocol, or the connection is over.</exception>
    public async Task<PeerStream> OpenStreamAsync(string protocol, CancellationToken cancellationToken)
    {
        try
        {
            return await OpenCoreAsync(protocol, cancellationToken);
        }
        catch (ResourceLimitExceededException e)
        {
            _context.Events.Publish(new StreamRefusedEvent(RemotePeer, Direction.Outbound, e.Refusal));
            throw;
        }
    }

    private async Task<PeerStream> OpenCoreAsync(string protocol, CancellationToken cancellationToken)
    {
        if (!_context.ResourceManager.TryOpenStream(RemotePeer.Key, Direction.Outbound, out StreamScope? scope, out Refusal refusal))
            throw refusal.ToException();
        MuxedStream? stream = null;
        try
        {
            stream = await _session.OpenStreamAsync(cancellationToken);
            await ProposeAsync(stream, protocol, cancellationToken);
            if (!scope.TrySetProtocol(protocol, out refusal))
            {
                stream.Reset(StreamErrorCode.ResourceLimitExceeded);
                throw refusal.ToException();
            }

            return Register(new PeerStream(RemotePeer, RemoteAddress, protocol, stream, scope, _context.Time)
            {
                Connection = this,
                OnDisposed = Forget,
            });
        }
        catch
        {
            stream?.Reset(StreamErrorCode.NegotiationFailed);
            scope.Dispose();
            throw;
        }
    }

    private PeerStream Register(PeerStream stream)
    {
        _opened.TryAdd(stream, stream);
        _context.ConnectionManager?.StreamOpened(Id);
        // Whoever ends the connection cancels first and looks for streams then, so one of the two notices the other.
        if (_over.IsCancellationRequested)
        {
            Forget(stream);
            throw new IOException("The connection is over.");
        }

        return stream;
    }

    private void Forget(PeerStream stream)
    {
        if (_opened.TryRemove(stream, out _))
            _context.ConnectionManager?.StreamClosed(Id);
    }

    private async Task EndAsync()
    {
        try
        {
            await _session.DisposeAsync();
        }
        finally
        {
            _scope.Dispose();
        }

        try
        {
            await _over.CancelAsync();
        }
        catch (AggregateException e)
        {
            LogCancellationFailed(_context.Logger, e);
        }

        // The session has ended them all; users that never dispose must not keep their accounts.
        foreach (PeerStream stream in _opened.Values)
            await stream.DisposeAsync();
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "A callback of a handler failed at the end of its connection")]
    private static partial void LogCancellationFailed(ILogger logger, Exception error);
}
