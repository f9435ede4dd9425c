namespace Rcmgr.Libp2p.Muxing;

/// <summary>
/// One yamux stream. A received byte is copied once out of the session's read buffer when a reader waits for it, and twice (into a
/// pooled chunk, then to the reader) when it does not, of which <see cref="CopyToAsync"/> saves the second: chunks rather than slices of
/// the read buffer, so that what a stream holds is what it is charged for. The remote may send no more than the window, which is charged in
/// full from the stream's first frame until it is over and nothing that it received is held any more.
/// </summary>
internal sealed partial class YamuxStream : MuxedStream
{
    // How far the stream's life has come; bits only ever get set, so whoever completes a set acts on it, once.
    private const int SendDone = 1;
    private const int ReceiveDone = 2;
    private const int Drained = 4;
    private const int Dead = 8;

    private readonly YamuxConnection _connection;
    private readonly FrameSender _sender;
    private readonly IWindowReservation _reservation;
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _life;
    private int _holdsOpenSlot;

    public YamuxStream(YamuxConnection connection, FrameSender sender, uint id, bool isOutbound, IWindowReservation reservation)
    {
        _connection = connection;
        _sender = sender;
        _reservation = reservation;
        Send = new SendState(sender, this, id, isOutbound);
        _holdsOpenSlot = isOutbound ? 1 : 0;
        _lastGrant = connection.Time.GetTimestamp();
        if (!isOutbound)
            BacklogNode = new LinkedListNode<YamuxStream>(this);
    }

    public override ulong Id => Send.Id;

    public override Task Closed => _closed.Task;

    internal SendState Send { get; }

    /// <summary>The place among the streams waiting to be accepted; guarded by the connection.</summary>
    internal LinkedListNode<YamuxStream>? BacklogNode { get; }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        _sender.WriteAsync(Send, buffer, cancellationToken);

    public override ValueTask CloseWriteAsync(CancellationToken cancellationToken = default)
    {
        if (_sender.Finish(Send))
            Mark(SendDone);
        return ValueTask.CompletedTask;
    }

    public override void Reset(uint code)
    {
        Terminate(() => new StreamResetException(code, byRemote: false), code);
        // Also of a stream that ended with its session: nobody reads what was left of it.
        DropUnread(code);
    }

    /// <summary>The end of our half left.</summary>
    internal void OnFinished() => Mark(SendDone);

    internal void OnRemoteReset(uint code) => Terminate(() => new StreamResetException(code, byRemote: true), resetCode: null);

    internal void OnSessionEnded(SessionEnd end) => Terminate(end.ToException, resetCode: null, keepFinished: true);

    /// <summary>The remote answered an outbound stream; true once.</summary>
    internal bool TakeOpenSlot() => Volatile.Read(ref _holdsOpenSlot) != 0 && Interlocked.Exchange(ref _holdsOpenSlot, 0) != 0;

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            if (HaveBothEnded())
                DropUnread(0);
            else
                Reset(0);
        }

        base.Dispose(disposing);
    }

    private static bool IsClosed(int life) => (life & Dead) != 0 || (life & (SendDone | ReceiveDone)) == (SendDone | ReceiveDone);

    private static bool IsGone(int life) => (life & Dead) != 0 || (life & (SendDone | ReceiveDone | Drained)) == (SendDone | ReceiveDone | Drained);

    private void Mark(int bits)
    {
        int before = Interlocked.Or(ref _life, bits);
        int after = before | bits;
        // In this order, so that a stream that is closed and gone at once is out of the session's counts when that is told.
        if (IsGone(after) && !IsGone(before))
            _connection.Detach(this);
        if (IsClosed(after))
            _closed.TrySetResult();
    }

    private void Terminate(Func<Exception> failure, uint? resetCode, bool keepFinished = false)
    {
        if (IsGone(Interlocked.Or(ref _life, Dead)))
            return;
        _sender.Abort(Send, failure, resetCode);
        FailReading(failure, keepFinished);
        _connection.Detach(this);
        _closed.TrySetResult();
    }
}
