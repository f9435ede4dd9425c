using System.Net;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Rcmgr.Libp2p.Muxing;
using Rcmgr.Libp2p.Swarm;

namespace Rcmgr.Libp2p.Transports.Quic.Ngtcp2;

/// <summary>
/// One QUIC connection. Members of the contract may be called from any thread; everything native happens on the loop's thread. What
/// the connection may hold is charged to its scope: the TLS session, the library's heap as it grows, the receive window from the end
/// of the handshake on, and every block of bytes that waits for an acknowledgement.
/// </summary>
internal sealed partial class Ngtcp2Connection : IQuicConnection, ILoopWork, ITimed
{
    /// <summary>What a connection holds from its first packet on: the TLS session, the heap of the handshake, our own objects.</summary>
    public const int HandshakeBytes = TlsCredentials.SessionBytes + ConnectionAllocator.Initial + ManagedBytes;

    /// <summary>Our own objects of one connection, rounded up.</summary>
    private const int ManagedBytes = 4 * 1024;

    private readonly UdpEndpoint _endpoint;
    private readonly ConnectionScope _scope;
    private readonly QuicOptions _options;
    private readonly Dictionary<long, Ngtcp2Stream> _streams = [];
    private readonly HashSet<Ngtcp2Stream> _closedUnread = [];
    private readonly UnreadAccount _unread;
    private readonly Queue<OpenRequest> _opening = new();
    private readonly Channel<Ngtcp2Stream> _accepted = Channel.CreateUnbounded<Ngtcp2Stream>();
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _established = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile SessionEnd? _end;
    private byte[] _certificate = [];
    private bool _isHandedOver;

    private Ngtcp2Connection(UdpEndpoint endpoint, bool isServer, IPEndPoint remote, ConnectionScope scope)
    {
        _endpoint = endpoint;
        _scope = scope;
        _options = endpoint.Context.Options;
        IsServer = isServer;
        RemoteEndPoint = remote;
        if (isServer)
        {
            _admitted = new byte[SocketAddresses.MaxBytes];
            SocketAddresses.Write(remote, _admitted);
            _firstPath = new byte[PathKey.Bytes];
        }

        _unread = new UnreadAccount(scope);
        Quota = new SendQuota(scope, _options.ConnectionSendBuffer);
        _window = _options.ConnectionWindow;
        _allocator = new ConnectionAllocator(scope)
        {
            Limit = _options.NativeHeapLimit + _options.ConnectionWindow,
            Fails = endpoint.Context.FailsAllocation,
        };
        _self = GCHandle.Alloc(this);
    }

    public Task Completion => _completion.Task;

    public ReadOnlyMemory<byte> RemoteCertificate => _certificate;

    public IPEndPoint RemoteEndPoint { get; }

    /// <summary>Whether the remote opened the connection.</summary>
    public bool IsServer { get; }

    /// <summary>How the connection ended; null while it lives.</summary>
    public SessionEnd? End => _end;

    /// <summary>Completes with the handshake, faulted when it failed.</summary>
    public Task Established => _established.Task;

    int ITimed.TimerIndex { get; set; } = -1;

    ulong ITimed.Due { get; set; }

    internal SendQuota Quota { get; }

    internal QuicOptions Options => _options;

    internal NativeLoop Loop => _endpoint.Loop;

    public async ValueTask<MuxedStream> OpenStreamAsync(CancellationToken cancellationToken)
    {
        OpenRequest request = new(this);
        using CancellationTokenRegistration registration = cancellationToken.UnsafeRegister(
            static (state, token) => ((OpenRequest)state!).Cancel(token), request);
        Loop.Post(request);
        return await request.Outcome;
    }

    public async ValueTask<MuxedStream?> AcceptStreamAsync(CancellationToken cancellationToken)
    {
        while (_end is null && await _accepted.Reader.WaitToReadAsync(cancellationToken))
        {
            if (_accepted.Reader.TryRead(out Ngtcp2Stream? stream))
                return stream;
        }

        return null;
    }

    public async ValueTask CloseAsync(uint code, CancellationToken cancellationToken)
    {
        Loop.Post(new CloseRequest(this, code, isAlert: false));
        await Completion.WaitAsync(cancellationToken);
    }

    public async ValueTask RejectCertificateAsync(CancellationToken cancellationToken)
    {
        Loop.Post(new CloseRequest(this, BadCertificateAlert, isAlert: true));
        await Completion.WaitAsync(cancellationToken);
    }

    public ValueTask DisposeAsync() => CloseAsync(ConnectionErrorCode.None, CancellationToken.None);

    internal static Ngtcp2Connection Of(nint owner) => Unsafe.As<Ngtcp2Connection>(GCHandle.FromIntPtr(owner).Target!);

    /// <summary>Ends the connection once: all that is native goes first, then everyone who waits is told.</summary>
    private void Finish(SessionEnd end)
    {
        if (_end is not null)
            return;
        _end = end;
        LogEnded(_endpoint.Context.Logger, RemoteEndPoint, end.Reason, end.Code, end.Detail);
        CountHandshakeOut();
        Loop.Timers.Remove(this);
        Free();
        foreach (Ngtcp2Stream stream in _streams.Values)
            stream.OnSessionEnded(end);
        _accepted.Writer.TryComplete();
        while (_accepted.Reader.TryRead(out Ngtcp2Stream? unseen))
            unseen.Dispose();
        // Only now: nobody needs to pay for what the unseen ones held.
        if (!_unread.TryOutlive())
            DropUnread(end);
        _streams.Clear();
        _closedUnread.Clear();
        _filling.Clear();
        while (_opening.TryDequeue(out OpenRequest? request))
            request.Fail(end.ToException());
        if (IsServer && !_isHandedOver)
            _scope.Dispose();
        FailHandshake(end);
        _completion.TrySetResult();
        _endpoint.Remove(this);
    }

    /// <summary>Nobody pays for what had arrived completely.</summary>
    private void DropUnread(SessionEnd end)
    {
        foreach (Ngtcp2Stream stream in _streams.Values.Concat(_closedUnread))
            stream.DropUnread(end);
    }

    private void FailHandshake(SessionEnd end)
    {
        Exception error = _refusal?.ToException() ?? (_isTimedOut
            ? new TimeoutException("The remote did not complete the handshake in time.")
            : end.ToException());
        if (_established.TrySetException(error))
            _ = _established.Task.Exception;
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "The QUIC connection with {Remote} ended: {Reason}, code {Code}: {Detail}")]
    private static partial void LogEnded(ILogger logger, IPEndPoint remote, SessionEndReason reason, uint code, string detail);

    [LoggerMessage(Level = LogLevel.Error, Message = "A QUIC connection failed unexpectedly")]
    private static partial void LogFault(ILogger logger, Exception error);

    /// <summary>A stream that somebody wants opened, now or when the remote takes one more.</summary>
    private sealed class OpenRequest(Ngtcp2Connection connection) : ILoopWork
    {
        private readonly TaskCompletionSource<MuxedStream> _outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<MuxedStream> Outcome => _outcome.Task;

        public bool IsOver => _outcome.Task.IsCompleted;

        public void Run() => connection.Open(this);

        public void Cancel(CancellationToken cancellationToken) => _outcome.TrySetCanceled(cancellationToken);

        public void Fail(Exception error) => _outcome.TrySetException(error);

        public bool Succeed(Ngtcp2Stream stream) => _outcome.TrySetResult(stream);
    }

    private sealed class CloseRequest(Ngtcp2Connection connection, uint code, bool isAlert) : ILoopWork
    {
        public void Run() => connection.CloseLocally(code, isAlert);
    }
}
