using System.Net;
using System.Net.Quic;
using System.Runtime.Versioning;
using Microsoft.Extensions.Logging;
using Rcmgr.Libp2p.Muxing;
using Rcmgr.Libp2p.Swarm;

namespace Rcmgr.Libp2p.Transports.Quic.MsQuic;

/// <summary>
/// One QUIC connection. Its scope has paid for the connection and its windows; what the platform reads ahead of a stream is charged for
/// as long as the platform has the stream, which is longer than its owner does.
/// </summary>
[SupportedOSPlatform("linux")]
[SupportedOSPlatform("macos")]
[SupportedOSPlatform("windows")]
internal sealed partial class MsQuicConnection : IQuicConnection
{
    private readonly QuicConnection _native;
    private readonly ConnectionScope _scope;
    private readonly StreamCredit _credit;
    private readonly ILogger _logger;
    private readonly Lock _gate = new();
    private readonly HashSet<MsQuicStream> _streams = [];
    private readonly CancellationTokenSource _over = new();
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile SessionEnd? _end;
    private Task? _closing;

    public MsQuicConnection(QuicConnection native, byte[] certificate, ConnectionScope scope, StreamCredit credit, ILogger logger)
    {
        _native = native;
        _scope = scope;
        _credit = credit;
        _logger = logger;
        RemoteCertificate = certificate;
        RemoteEndPoint = RemoteOf(native);
    }

    public Task Completion => _completion.Task;

    public ReadOnlyMemory<byte> RemoteCertificate { get; }

    public IPEndPoint RemoteEndPoint { get; }

    /// <summary>How the connection ended, as far as this side knows; null while it lives.</summary>
    internal SessionEnd? End => _end;

    /// <summary>The platform's sockets take both families: an IPv4 address is to be seen as one.</summary>
    public static IPEndPoint RemoteOf(QuicConnection native)
    {
        IPEndPoint remote = native.RemoteEndPoint;
        return remote.Address.IsIPv4MappedToIPv6 ? new IPEndPoint(remote.Address.MapToIPv4(), remote.Port) : remote;
    }

    public async ValueTask<MuxedStream> OpenStreamAsync(CancellationToken cancellationToken)
    {
        await TakeCreditAsync(cancellationToken);
        if (!_scope.TryReserveMemory(MsQuicSettings.StreamBytes, MemoryPriority.Always, out Refusal refusal))
        {
            _credit.Add(1);
            throw refusal.ToException();
        }

        try
        {
            QuicStream native = await _native.OpenOutboundStreamAsync(QuicStreamType.Bidirectional, cancellationToken);
            return await AddAsync(native, MsQuicSettings.StreamBytes)
                ?? throw new SessionClosedException(_end ?? LocalClose(ConnectionErrorCode.None));
        }
        catch (Exception e) when (e is QuicException or ObjectDisposedException)
        {
            _scope.ReleaseMemory(MsQuicSettings.StreamBytes);
            throw (_end ?? QuicFailures.EndOf(e)).ToException();
        }
        catch (OperationCanceledException)
        {
            _scope.ReleaseMemory(MsQuicSettings.StreamBytes);
            throw;
        }
    }

    public async ValueTask<MuxedStream?> AcceptStreamAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (_end is null)
            {
                QuicStream native = await _native.AcceptInboundStreamAsync(cancellationToken);
                if (_scope.TryReserveMemory(MsQuicSettings.StreamBytes, MemoryPriority.Always, out Refusal refusal))
                    return await AddAsync(native, MsQuicSettings.StreamBytes);
                await RefuseAsync(native, refusal);
            }
        }
        catch (Exception e) when (e is QuicException or ObjectDisposedException)
        {
            Note(QuicFailures.EndOf(e));
        }

        return null;
    }

    public async ValueTask CloseAsync(uint code, CancellationToken cancellationToken)
    {
        Task closing;
        lock (_gate)
            closing = _closing ??= Task.Run(() => CloseCoreAsync(code), CancellationToken.None);
        await closing.WaitAsync(cancellationToken);
    }

    /// <summary>The handshake is done by now, so that an alert of TLS cannot be sent any more.</summary>
    public ValueTask RejectCertificateAsync(CancellationToken cancellationToken) =>
        CloseAsync(ConnectionErrorCode.ProtocolViolation, cancellationToken);

    public ValueTask DisposeAsync() => CloseAsync(ConnectionErrorCode.None, CancellationToken.None);

    /// <summary>The platform has nothing of the stream any more.</summary>
    internal void Forget(MsQuicStream stream, int held)
    {
        lock (_gate)
            _streams.Remove(stream);
        _scope.ReleaseMemory(held);
    }

    private async Task TakeCreditAsync(CancellationToken cancellationToken)
    {
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _over.Token);
        try
        {
            await _credit.TakeAsync(either.Token);
        }
        catch (OperationCanceledException) when (_end is not null && !cancellationToken.IsCancellationRequested)
        {
            throw _end.ToException();
        }
    }

    /// <summary>Null, and the stream released, when the connection is being closed: who closes has looked for streams already.</summary>
    private async ValueTask<MsQuicStream?> AddAsync(QuicStream native, int held)
    {
        MsQuicStream stream = new(this, native, held);
        lock (_gate)
        {
            if (_closing is null)
            {
                _streams.Add(stream);
                return stream;
            }
        }

        await stream.ReleaseAsync();
        return null;
    }

    private async ValueTask RefuseAsync(QuicStream native, Refusal refusal)
    {
        LogStreamRefused(_logger, RemoteEndPoint, refusal);
        if (await AddAsync(native, held: 0) is not { } stream)
            return;
        stream.Reset(StreamErrorCode.ResourceLimitExceeded);
        stream.Dispose();
    }

    private static SessionEnd LocalClose(uint code) => new(SessionEndReason.LocalClose, code, "The session was closed.");

    private void Note(SessionEnd end)
    {
        lock (_gate)
        {
            if (_end is not null)
                return;
            _end = end;
        }

        LogEnded(_logger, RemoteEndPoint, end.Reason, end.Code, end.Detail);
    }

    /// <summary>All that is native goes first, then everyone who waits is told.</summary>
    private async Task CloseCoreAsync(uint code)
    {
        Note(LocalClose(code));
        await _over.CancelAsync();
        try
        {
            await _native.CloseAsync(code, CancellationToken.None);
        }
        catch (Exception e) when (e is QuicException or ObjectDisposedException)
        {
            // It had ended before.
        }

        try
        {
            MsQuicStream[] left;
            lock (_gate)
                left = [.. _streams];
            await Task.WhenAll(left.Select(stream => stream.ReleaseAsync()));
        }
        finally
        {
            await _native.DisposeAsync();
            _completion.TrySetResult();
        }
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "The QUIC connection with {Remote} ended: {Reason}, code {Code}: {Detail}")]
    private static partial void LogEnded(ILogger logger, IPEndPoint remote, SessionEndReason reason, uint code, string detail);

    [LoggerMessage(Level = LogLevel.Debug, Message = "A stream of {Remote} was refused: {Refusal}")]
    private static partial void LogStreamRefused(ILogger logger, IPEndPoint remote, Refusal refusal);
}
