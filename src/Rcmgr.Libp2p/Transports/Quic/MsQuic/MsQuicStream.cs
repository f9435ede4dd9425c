using System.Net.Quic;
using System.Runtime.Versioning;
using Rcmgr.Libp2p.Muxing;

namespace Rcmgr.Libp2p.Transports.Quic.MsQuic;

/// <summary>
/// One QUIC stream. A write ends when the remote has acknowledged its bytes: nothing is buffered but what the writer holds itself. A
/// read or write that is cancelled ends its half.
/// </summary>
[SupportedOSPlatform("linux")]
[SupportedOSPlatform("macos")]
[SupportedOSPlatform("windows")]
internal sealed class MsQuicStream : MuxedStream
{
    private readonly MsQuicConnection _connection;
    private readonly QuicStream _native;
    private readonly int _held;
    private readonly Lazy<Task> _closed;
    private readonly Lazy<Task> _released;
    private long _resetCode = -1;
    private volatile bool _hasFinishedWriting;

    /// <param name="connection">Whose it is.</param>
    /// <param name="native">The platform's stream.</param>
    /// <param name="held">What the connection's scope gets back when the platform has released the stream.</param>
    public MsQuicStream(MsQuicConnection connection, QuicStream native, int held)
    {
        _connection = connection;
        _native = native;
        _held = held;
        _closed = new Lazy<Task>(WaitUntilClosedAsync);
        _released = new Lazy<Task>(ReleaseCoreAsync);
    }

    public override ulong Id => (ulong)_native.Id;

    public override Task Closed => _closed.Value;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            return await _native.ReadAsync(buffer, cancellationToken);
        }
        catch (Exception e) when (e is QuicException or ObjectDisposedException)
        {
            throw Translate(e);
        }
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            await _native.WriteAsync(buffer, cancellationToken);
        }
        catch (Exception e) when (e is QuicException or ObjectDisposedException)
        {
            throw Translate(e);
        }
    }

    public override async ValueTask CloseWriteAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            if (_native.WritesClosed.IsFaulted)
                await _native.WritesClosed;
            _native.CompleteWrites();
            _hasFinishedWriting = true;
        }
        catch (Exception e) when (e is QuicException or ObjectDisposedException)
        {
            throw Translate(e);
        }
    }

    public override void Reset(uint code)
    {
        if (Interlocked.CompareExchange(ref _resetCode, code, -1) != -1)
            return;
        try
        {
            _native.Abort(QuicAbortDirection.Both, code);
        }
        catch (Exception e) when (e is QuicException or ObjectDisposedException)
        {
            // It is over already.
        }
    }

    /// <summary>Has the platform release the stream: when the remote has acknowledged its end, or with the connection.</summary>
    public Task ReleaseAsync() => _released.Value;

    /// <summary>
    /// Does not wait for the platform: a remote that acknowledges nothing would keep the owner, and the owner's account, waiting. The
    /// connection waits instead, and pays until then.
    /// </summary>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            if (!_hasFinishedWriting)
                Reset(0);
            _ = ReleaseAsync();
        }

        base.Dispose(disposing);
    }

    private async Task ReleaseCoreAsync()
    {
        await _native.DisposeAsync();
        _connection.Forget(this, _held);
    }

    private async Task WaitUntilClosedAsync()
    {
        await _native.ReadsClosed.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _native.WritesClosed.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private IOException Translate(Exception error)
    {
        if (Interlocked.Read(ref _resetCode) is >= 0 and var code)
            return new StreamResetException((uint)code, byRemote: false);
        if (error is QuicException { QuicError: QuicError.StreamAborted } aborted)
            return new StreamResetException(QuicFailures.Code(aborted.ApplicationErrorCode), byRemote: true);
        if (error is not QuicException { QuicError: QuicError.OperationAborted })
            return (_connection.End ?? QuicFailures.EndOf(error)).ToException();
        // Our side ended it: the connection did, or an earlier operation that was cancelled.
        return _connection.End is { } end ? end.ToException() : new StreamResetException(0, byRemote: false);
    }
}
