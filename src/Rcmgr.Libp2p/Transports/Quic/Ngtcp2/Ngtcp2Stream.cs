using Rcmgr.Libp2p.Muxing;

namespace Rcmgr.Libp2p.Transports.Quic.Ngtcp2;

/// <summary>
/// One QUIC stream. Callers use it from any thread; what concerns the library is noted and done on the loop's thread. The remote gets
/// the credit for another stream when this one is closed on the wire and disposed here, which its owner does when its account goes.
/// </summary>
internal sealed partial class Ngtcp2Stream : MuxedStream, ILoopWork
{
    private readonly Ngtcp2Connection _connection;
    private readonly bool _isOutbound;
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _isPosted;
    private int _isDisposed;
    private int _ended;
    private long _resetCode = -1;
    private bool _isShutDown;
    private bool _isWireClosed;
    private bool _isCreditReturned;

    private const int SendEnded = 1;
    private const int ReceiveEnded = 2;

    public Ngtcp2Stream(Ngtcp2Connection connection, long id, bool isOutbound)
    {
        _connection = connection;
        _isOutbound = isOutbound;
        Id = (ulong)id;
        _unacknowledged = new SendBuffer(connection.Loop.Blocks);
        _window = connection.Options.StreamWindow;
        _lastGrant = NativeLoop.Now;
    }

    public override ulong Id { get; }

    public override Task Closed => _closed.Task;

    /// <summary>Whether it stands in the connection's queue of streams with something to send. The loop's.</summary>
    public bool IsQueued { get; set; }

    public override void Reset(uint code)
    {
        if (Interlocked.CompareExchange(ref _resetCode, code, -1) != -1)
            return;
        StreamResetException Failure() => new(code, byRemote: false);
        FailWriting(Failure);
        FailReading(Failure, keepFinished: false);
        MarkEnded(SendEnded | ReceiveEnded);
        RequestWork();
    }

    /// <summary>Has <see cref="Run"/> called on the loop's thread. From any thread.</summary>
    public void RequestWork()
    {
        if (Interlocked.Exchange(ref _isPosted, 1) == 0)
            _connection.Loop.Post(this);
    }

    public void Run()
    {
        // A full fence: who found the work still posted has noted what it wants before, and that must be seen below.
        Interlocked.Exchange(ref _isPosted, 0);
        if (!_isWireClosed && Interlocked.Read(ref _resetCode) is >= 0 and var code && !_isShutDown)
        {
            _isShutDown = true;
            _connection.ShutDown(this, (uint)code);
        }

        if (!_isWireClosed && !_isShutDown)
        {
            GrantWindow();
            ContinueWriting();
        }

        if (Volatile.Read(ref _isDisposed) != 0)
            _connection.Forget(this);
        ReturnCredit();
    }

    /// <summary>Both halves are over as far as the wire is concerned; the loop's.</summary>
    public void OnWireClosed(uint? code)
    {
        _isWireClosed = true;
        StreamResetException Failure() => new(code ?? 0, byRemote: true);
        FailWriting(Failure);
        FailReading(Failure, keepFinished: true);
        MarkEnded(SendEnded | ReceiveEnded);
        ReturnCredit();
    }

    /// <summary>What had arrived completely stays readable.</summary>
    public void OnSessionEnded(SessionEnd end)
    {
        _isWireClosed = true;
        FailWriting(end.ToException);
        FailReading(end.ToException, keepFinished: true);
        MarkEnded(SendEnded | ReceiveEnded);
    }

    /// <summary>Nobody pays for what is unread after the end of the session.</summary>
    public void DropUnread(SessionEnd end) => FailReading(end.ToException, keepFinished: false);

    protected override void Dispose(bool disposing)
    {
        if (disposing && Interlocked.Exchange(ref _isDisposed, 1) == 0)
        {
            if (HasFinishedWriting && TryDropUnread())
                MarkEnded(ReceiveEnded);
            else
                Reset(0);
            RequestWork();
        }

        base.Dispose(disposing);
    }

    private void MarkEnded(int halves)
    {
        if ((Interlocked.Or(ref _ended, halves) | halves) == (SendEnded | ReceiveEnded))
            _closed.TrySetResult();
    }

    private void ReturnCredit()
    {
        if (_isOutbound || _isCreditReturned || !_isWireClosed || Volatile.Read(ref _isDisposed) == 0)
            return;
        _isCreditReturned = true;
        _connection.ReturnStreamCredit();
    }
}
