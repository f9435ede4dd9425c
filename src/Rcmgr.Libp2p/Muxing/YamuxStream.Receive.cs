namespace Rcmgr.Libp2p.Muxing;

/// <content>The receiving half.</content>
internal sealed partial class YamuxStream
{
    private readonly Lock _receive = new();
    private readonly ReceiveBuffer _unread = new();
    private readonly PendingOperation<int> _read = new();
    private Memory<byte> _readMemory;
    private bool _reading;
    private bool _remoteFinished;
    private bool _detached;
    private bool _released;
    private Func<Exception>? _readFailure;
    private int _window = YamuxOptions.InitialWindow;
    private long _available = YamuxOptions.InitialWindow;
    private long _consumed;
    private long _lastGrant;

    /// <summary>The receive window now, in bytes: what the stream is charged for.</summary>
    internal int Window => Volatile.Read(ref _window);

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested)
            return ValueTask.FromCanceled<int>(cancellationToken);
        int length;
        Due due;
        lock (_receive)
        {
            if (GetReadError() is { } error)
                return ValueTask.FromException<int>(error);
            if (_unread.Count == 0)
                return _remoteFinished || buffer.IsEmpty ? new ValueTask<int>(0) : WaitToRead(buffer, cancellationToken);
            length = _unread.Read(buffer.Span);
            due = CountRead(length);
        }

        Settle(due);
        return new ValueTask<int>(length);
    }

    /// <summary>Counts a data frame against the window, before any of its bytes is taken.</summary>
    internal void Announce(uint length)
    {
        lock (_receive)
        {
            if (_readFailure is not null)
                return;
            if (length > _available)
                throw new YamuxProtocolException("The remote sent more than its window allows.");
            if (_remoteFinished && length > 0)
                throw new YamuxProtocolException("The remote sent data after the end of its half.");
            _available -= length;
        }
    }

    internal void Receive(ReadOnlySpan<byte> bytes)
    {
        uint grant = 0;
        lock (_receive)
        {
            if (_readFailure is not null)
                return;
            if (_reading)
            {
                int length = Math.Min(bytes.Length, _readMemory.Length);
                bytes[..length].CopyTo(_readMemory.Span);
                bytes = bytes[length..];
                EndRead().Complete(length);
                grant = CountConsumed(length);
            }

            _unread.Append(bytes);
        }

        if (grant > 0)
            _sender.GrantWindow(Send, grant);
    }

    internal void OnRemoteFinished()
    {
        bool drained;
        lock (_receive)
        {
            _remoteFinished = true;
            if (_reading)
                EndRead().Complete(0);
            drained = _unread.Count == 0;
        }

        Mark(drained ? ReceiveDone | Drained : ReceiveDone);
    }

    /// <summary>The stream has left its session: its window is given back as soon as nothing of it is held.</summary>
    internal void OnDetached()
    {
        bool releases;
        lock (_receive)
        {
            _detached = true;
            releases = TakeRelease();
        }

        if (releases)
            _reservation.Dispose();
    }

    private static void CancelRead(object? state, CancellationToken cancellationToken)
    {
        YamuxStream stream = (YamuxStream)state!;
        lock (stream._receive)
        {
            if (stream._reading)
                stream.EndRead().Fail(new OperationCanceledException(cancellationToken));
        }
    }

    private Exception? GetReadError()
    {
        if (_reading || _lending)
            return new InvalidOperationException("Another read of the stream is under way.");
        return _readFailure?.Invoke();
    }

    /// <summary>What has to be done, outside the lock, after <paramref name="bytes"/> were read.</summary>
    private Due CountRead(int bytes) => new(CountConsumed(bytes), _remoteFinished && _unread.Count == 0, TakeRelease());

    /// <summary>True once: when the stream has left its session and holds nothing that it received.</summary>
    private bool TakeRelease()
    {
        if (!_detached || _released || _lending || _unread.Count > 0)
            return false;
        _released = true;
        return true;
    }

    private void Settle(Due due)
    {
        if (due.Grant > 0)
            _sender.GrantWindow(Send, due.Grant);
        if (due.IsDrained)
            Mark(Drained);
        if (due.ReleasesWindow)
            _reservation.Dispose();
    }

    private ValueTask<int> WaitToRead(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        _readMemory = buffer;
        _reading = true;
        short version = _read.Start();
        // A token that is cancelled by now calls back at once, on this thread, which may enter its lock again.
        _read.CancelWith(CancelRead, this, cancellationToken);
        return new ValueTask<int>(_read, version);
    }

    private PendingOperation<int> EndRead()
    {
        _reading = false;
        _readMemory = default;
        return _read;
    }

    /// <summary>The grant that is due after <paramref name="bytes"/> were read, 0 when none is; may first let the window grow.</summary>
    private uint CountConsumed(int bytes)
    {
        _consumed += bytes;
        if (_remoteFinished || _consumed < _window / 2)
            return 0;
        long now = _connection.Time.GetTimestamp();
        long grant = _consumed + Grow(_connection.Time.GetElapsedTime(_lastGrant, now));
        _lastGrant = now;
        _consumed = 0;
        _available += grant;
        return (uint)grant;
    }

    /// <summary>Doubles the window of a reader that keeps up with the link, if the budget pays for it.</summary>
    private long Grow(TimeSpan sinceLastGrant)
    {
        if (_connection.RoundTrip is not { } roundTrip || sinceLastGrant >= 4 * roundTrip)
            return 0;
        int grown = (int)Math.Min(2L * _window, _connection.Options.MaxWindow);
        int growth = grown - _window;
        if (growth <= 0 || !_reservation.TryGrow(growth))
            return 0;
        _window = grown;
        return growth;
    }

    private bool HaveBothEnded()
    {
        lock (_receive)
            return _remoteFinished && Send.FinRequested;
    }

    /// <summary>Drops what nobody will read. Whoever reads all the same must not take the gap for the end.</summary>
    private void DropUnread(uint code)
    {
        Due due;
        lock (_receive)
        {
            if (_unread.Count > 0)
                _readFailure ??= () => new StreamResetException(code, byRemote: false);
            _unread.Clear();
            due = CountRead(0);
        }

        Settle(due);
    }

    /// <summary>Fails the reader. What a remote had finished sending stays readable when only the session is over.</summary>
    private void FailReading(Func<Exception> failure, bool keepFinished)
    {
        lock (_receive)
        {
            if (keepFinished && _remoteFinished)
                return;
            _readFailure = failure;
            _unread.Clear();
            if (_reading)
                EndRead().Fail(failure());
        }
    }

    private readonly record struct Due(uint Grant, bool IsDrained, bool ReleasesWindow);
}
