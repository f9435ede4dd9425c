using Rcmgr.Libp2p.Muxing;

namespace Rcmgr.Libp2p.Transports.Quic.Ngtcp2;

/// <content>The receiving half.</content>
internal sealed partial class Ngtcp2Stream
{
    private readonly Lock _receive = new();
    private readonly ReceiveBuffer _unread = new();
    private readonly PendingOperation<int> _read = new();
    private Memory<byte> _readMemory;
    private bool _isReading;
    private bool _isRemoteFinished;
    private Func<Exception>? _readFailure;
    private long _consumed;
    private long _granted;
    private long _window;
    private ulong _lastGrant;

    /// <summary>The stream's receive window. The loop's.</summary>
    public long Window => Volatile.Read(ref _window);

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested)
            return ValueTask.FromCanceled<int>(cancellationToken);
        int length;
        bool isDrained;
        lock (_receive)
        {
            if (_isReading)
                return ValueTask.FromException<int>(new InvalidOperationException("Another read of the stream is under way."));
            if (_readFailure is not null)
                return ValueTask.FromException<int>(_readFailure());
            if (_unread.Count == 0)
                return _isRemoteFinished || buffer.IsEmpty ? new ValueTask<int>(0) : WaitToRead(buffer, cancellationToken);
            length = _unread.Read(buffer.Span);
            isDrained = _isRemoteFinished && _unread.Count == 0;
        }

        CountConsumed(length);
        if (isDrained)
            MarkEnded(ReceiveEnded);
        return new ValueTask<int>(length);
    }

    /// <summary>Bytes arrived, in order and within the window. The loop's.</summary>
    public void OnData(ReadOnlySpan<byte> bytes, bool isFinished)
    {
        int consumed = 0;
        bool isDrained;
        lock (_receive)
        {
            if (_readFailure is not null)
            {
                // Nobody reads them: the connection's window must not shrink for it.
                _connection.CountConsumed(bytes.Length);
                return;
            }

            if (_isReading && (!bytes.IsEmpty || isFinished))
            {
                consumed = Math.Min(bytes.Length, _readMemory.Length);
                bytes[..consumed].CopyTo(_readMemory.Span);
                bytes = bytes[consumed..];
                EndRead().Complete(consumed);
            }

            _unread.Append(bytes);
            _isRemoteFinished |= isFinished;
            isDrained = _isRemoteFinished && _unread.Count == 0;
        }

        CountConsumed(consumed);
        if (isDrained)
            MarkEnded(ReceiveEnded);
    }

    public void OnRemoteReset(uint code)
    {
        FailReading(() => new StreamResetException(code, byRemote: true), keepFinished: false);
        MarkEnded(ReceiveEnded);
    }

    private static void CancelRead(object? state, CancellationToken cancellationToken)
    {
        Ngtcp2Stream stream = (Ngtcp2Stream)state!;
        lock (stream._receive)
        {
            if (stream._isReading)
                stream.EndRead().Fail(new OperationCanceledException(cancellationToken));
        }
    }

    private ValueTask<int> WaitToRead(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        _readMemory = buffer;
        _isReading = true;
        short version = _read.Start();
        // A token that is cancelled by now calls back at once, on this thread, which may enter its lock again.
        _read.CancelWith(CancelRead, this, cancellationToken);
        return new ValueTask<int>(_read, version);
    }

    private PendingOperation<int> EndRead()
    {
        _isReading = false;
        _readMemory = default;
        return _read;
    }

    private void CountConsumed(int bytes)
    {
        if (bytes == 0)
            return;
        _connection.CountConsumed(bytes);
        if (Interlocked.Add(ref _consumed, bytes) >= Window / 4)
            RequestWork();
    }

    /// <summary>Grants what was read, and more to a reader that keeps up with the link.</summary>
    private void GrantWindow()
    {
        long consumed = Interlocked.Exchange(ref _consumed, 0);
        if (consumed == 0)
            return;
        _granted += consumed;
        Volatile.Write(ref _window, _window + _connection.ExtendStream(this, consumed, WantedGrowth()));
    }

    private long WantedGrowth()
    {
        if (_granted < _window / 2)
            return 0;
        _granted = 0;
        ulong now = NativeLoop.Now;
        ulong elapsed = now - _lastGrant;
        _lastGrant = now;
        return elapsed < 4 * _connection.RoundTrip() ? Math.Min(_window, _connection.Options.MaxStreamWindow - _window) : 0;
    }

    /// <summary>Drops what nobody will read, if the remote has ended its half; false when it has not.</summary>
    private bool TryDropUnread()
    {
        long dropped;
        lock (_receive)
        {
            if (!_isRemoteFinished || _readFailure is not null)
                return false;
            dropped = _unread.Count;
            _unread.Clear();
        }

        _connection.CountConsumed(dropped);
        return true;
    }

    private void FailReading(Func<Exception> failure, bool keepFinished)
    {
        long dropped;
        lock (_receive)
        {
            if (_readFailure is not null || (keepFinished && _isRemoteFinished))
                return;
            _readFailure = failure;
            dropped = _unread.Count;
            _unread.Clear();
            if (_isReading)
                EndRead().Fail(failure());
        }

        _connection.CountConsumed(dropped);
    }
}
