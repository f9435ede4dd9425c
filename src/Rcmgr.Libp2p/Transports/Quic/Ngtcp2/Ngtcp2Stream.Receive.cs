using Rcmgr.Libp2p.Muxing;

namespace Rcmgr.Libp2p.Transports.Quic.Ngtcp2;

/// <content>The receiving half.</content>
internal sealed partial class Ngtcp2Stream
{
    private readonly Lock _receive = new();
    private readonly ReceiveBuffer _unread = new();
    private readonly PendingOperation<int> _read = new();
    private Memory<byte> _readMemory;
    private int _readFilled;
    private bool _isReading;
    private bool _isRemoteFinished;
    private Func<Exception>? _readFailure;
    private long _consumed;
    private long _granted;
    private long _window;
    private ulong _lastGrant;

    /// <summary>The stream's receive window. The loop's.</summary>
    public long Window => Volatile.Read(ref _window);

    public bool HasUnread
    {
        get
        {
            lock (_receive)
                return _unread.Count > 0;
        }
    }

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

    /// <summary>
    /// Bytes arrived, in order and within the window; true when a reader waits for more of the same batch, until
    /// <see cref="CompleteRead"/>: to wake it for every packet would cost more than the packet. The loop's.
    /// </summary>
    public bool OnData(ReadOnlySpan<byte> bytes, bool isFinished)
    {
        int consumed = 0;
        bool isDrained;
        bool isFilling;
        lock (_receive)
        {
            if (_readFailure is not null)
            {
                // Nobody reads them: the connection's window must not shrink for it.
                _connection.CountConsumed(bytes.Length);
                return false;
            }

            if (_isReading)
            {
                int taken = Math.Min(bytes.Length, _readMemory.Length - _readFilled);
                bytes[..taken].CopyTo(_readMemory.Span[_readFilled..]);
                bytes = bytes[taken..];
                _readFilled += taken;
                if (isFinished || _readFilled == _readMemory.Length)
                    consumed = EndRead();
            }

            isFilling = _isReading;
            _unread.Append(bytes);
            _isRemoteFinished |= isFinished;
            isDrained = _isRemoteFinished && _unread.Count == 0;
        }

        CountConsumed(consumed);
        if (isDrained)
            MarkEnded(ReceiveEnded);
        return isFilling;
    }

    /// <summary>Wakes a reader that has got something. The loop's.</summary>
    public void CompleteRead()
    {
        int consumed = 0;
        lock (_receive)
        {
            if (_isReading && _readFilled > 0)
                consumed = EndRead();
        }

        CountConsumed(consumed);
    }

    public void OnRemoteReset(uint code)
    {
        FailReading(() => new StreamResetException(code, byRemote: true), keepFinished: false);
        MarkEnded(ReceiveEnded);
    }

    private static void CancelRead(object? state, CancellationToken cancellationToken)
    {
        Ngtcp2Stream stream = (Ngtcp2Stream)state!;
        int consumed;
        lock (stream._receive)
            consumed = stream.FailRead(() => new OperationCanceledException(cancellationToken));
        stream.CountConsumed(consumed);
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

    /// <summary>Wakes the reader with what it has got; returns how much that is.</summary>
    private int EndRead()
    {
        int filled = ForgetRead();
        _read.Complete(filled);
        return filled;
    }

    /// <summary>Ends a wait that there may be. What the reader has got already it keeps: the failure is for its next read.</summary>
    private int FailRead(Func<Exception> failure)
    {
        if (!_isReading)
            return 0;
        if (_readFilled > 0)
            return EndRead();
        ForgetRead();
        _read.Fail(failure());
        return 0;
    }

    private int ForgetRead()
    {
        int filled = _readFilled;
        _isReading = false;
        _readMemory = default;
        _readFilled = 0;
        return filled;
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

    /// <summary>
    /// Drops what nobody will read, if the remote has ended its half; false when it has not. Whoever reads all the same must not take the
    /// gap for the end.
    /// </summary>
    private bool TryDropUnread()
    {
        long dropped;
        lock (_receive)
        {
            if (!_isRemoteFinished || _readFailure is not null)
                return false;
            dropped = _unread.Count;
            if (dropped > 0)
                _readFailure = () => new StreamResetException(0, byRemote: false);
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
            dropped = _unread.Count + FailRead(failure);
            _unread.Clear();
        }

        _connection.CountConsumed(dropped);
    }
}
