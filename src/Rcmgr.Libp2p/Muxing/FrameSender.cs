namespace Rcmgr.Libp2p.Muxing;

/// <summary>
/// Everything a session sends. A written byte is copied once, from the caller's memory into the batch that the next write to the
/// channel takes: so a cancelled write never leaves the caller's memory in use, small frames share a write, and an idle session
/// holds no buffer. When the batch is full, writers wait with their memory in place and are served one frame each in turn.
/// What the remote can make us owe it is bounded without a queue: one ping answer, one window grant per stream, and a counted
/// queue of resets that stops the reading of the remote when full (<see cref="ResetsFull"/>).
/// </summary>
internal sealed partial class FrameSender(Stream channel, YamuxOptions options, BufferGrowth growth)
{
    private readonly Lock _gate = new();
    private readonly LinkedList<SendState> _control = new();
    private readonly LinkedList<SendState> _data = new();
    private readonly Queue<(uint StreamId, uint Code)> _resets = new();
    private readonly List<SendState> _finished = [];
    private readonly PendingOperation<bool> _wakeUp = new();
    private uint? _pong;
    private uint? _ping;
    private uint? _goAway;
    private bool _idle;
    private bool _stopped;
    private volatile int _queuedResets;
    private TaskCompletionSource? _resetRoom;

    /// <summary>True while the remote has not read the resets it caused.</summary>
    public bool ResetsFull => _queuedResets >= options.MaxQueuedResets;

    /// <summary>Announces an outbound stream.</summary>
    public void Open(SendState stream)
    {
        lock (_gate)
            QueueControl(stream);
    }

    /// <summary>Grants the remote <paramref name="bytes"/> more on the stream; grants not yet sent add up in one frame.</summary>
    public void GrantWindow(SendState stream, uint bytes)
    {
        lock (_gate)
        {
            stream.Grant += bytes;
            QueueControl(stream);
        }
    }

    /// <summary>Takes a grant of the remote.</summary>
    public void AddSendWindow(SendState stream, uint bytes)
    {
        lock (_gate)
        {
            if (stream.Window + bytes > uint.MaxValue)
                throw new YamuxProtocolException("The remote granted a window beyond 2^32-1 bytes.");
            stream.Window += bytes;
            if (stream.Writing && stream.Window > 0)
                QueueData(stream);
        }
    }

    public void QueueReset(uint streamId, uint code)
    {
        lock (_gate)
            AddReset(streamId, code);
    }

    /// <summary>Answers a ping; only the latest unanswered one is, so a flood owes one frame.</summary>
    public void QueuePong(uint value)
    {
        lock (_gate)
        {
            _pong = value;
            WakeUp();
        }
    }

    public void QueuePing(uint value)
    {
        lock (_gate)
        {
            _ping = value;
            WakeUp();
        }
    }

    /// <summary>
    /// Writes to a stream: at once into the batch when nobody waits before it, else in turn. Completes when every byte is in a batch;
    /// a cancelled write may have sent a part.
    /// </summary>
    public ValueTask WriteAsync(SendState stream, ReadOnlyMemory<byte> data, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
            return ValueTask.FromCanceled(cancellationToken);
        short version;
        lock (_gate)
        {
            if (GetWriteError(stream) is { } error)
                return ValueTask.FromException(error);
            if (_data.Count == 0)
                data = data[EmitFrames(stream, data.Span)..];
            if (data.IsEmpty)
                return ValueTask.CompletedTask;
            stream.Pending = data;
            stream.Writing = true;
            version = stream.Write.Start();
            if (stream.Window > 0)
                QueueData(stream);
        }

        stream.Write.CancelWith(CancelWrite, stream, cancellationToken);
        return new ValueTask(stream.Write, version);
    }

    /// <summary>Ends the sending half after what is already being written; true when the end is already on its way.</summary>
    public bool Finish(SendState stream)
    {
        lock (_gate)
        {
            if (stream.Failure is not null || stream.FinRequested)
                return false;
            stream.FinRequested = true;
            if (stream.Writing)
                return false;
            if (_data.Count > 0 || Room < YamuxHeader.Size || _stopped)
            {
                QueueData(stream);
                return false;
            }

            EmitFin(stream);
            WakeUp();
            return true;
        }
    }

    /// <summary>Drops whatever the stream still has to send; with a code, tells the remote if it has ever heard of the stream.</summary>
    public void Abort(SendState stream, Func<Exception> failure, uint? resetCode)
    {
        lock (_gate)
        {
            if (stream.Failure is not null)
                return;
            stream.Failure = failure;
            Unlink(_control, stream.ControlNode);
            Unlink(_data, stream.DataNode);
            if (resetCode is { } code && !stream.SynUnsent)
                AddReset(stream.Id, code);
            if (stream.Writing)
                EndWrite(stream).Fail(failure());
        }
    }

    /// <summary>Sends what is in the batch and, with a code, a go-away; nothing else from here on.</summary>
    public void Stop(uint? goAway)
    {
        lock (_gate)
        {
            _stopped = true;
            _goAway = goAway;
            _control.Clear();
            _data.Clear();
            _resets.Clear();
            _queuedResets = 0;
            WakeUp();
        }
    }

    /// <summary>Completes when there is room for resets again.</summary>
    public Task WaitForResetRoomAsync()
    {
        lock (_gate)
        {
            if (!ResetsFull)
                return Task.CompletedTask;
            _resetRoom ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _resetRoom.Task;
        }
    }

    private static Exception? GetWriteError(SendState stream)
    {
        if (stream.Failure is not null)
            return stream.Failure();
        if (stream.FinRequested)
            return new InvalidOperationException("The writing half of the stream is closed.");
        return stream.Writing ? new InvalidOperationException("Another write to the stream is under way.") : null;
    }

    private static void CancelWrite(object? state, CancellationToken cancellationToken)
    {
        SendState stream = (SendState)state!;
        FrameSender sender = stream.Sender;
        lock (sender._gate)
        {
            if (!stream.Writing)
                return;
            Unlink(sender._data, stream.DataNode);
            EndWrite(stream).Fail(new OperationCanceledException(cancellationToken));
            if (stream.FinRequested)
                sender.QueueData(stream);
        }
    }

    private static PendingOperation<bool> EndWrite(SendState stream)
    {
        stream.Writing = false;
        stream.Pending = default;
        return stream.Write;
    }

    private static void Unlink(LinkedList<SendState> list, LinkedListNode<SendState> node)
    {
        if (node.List is not null)
            list.Remove(node);
    }

    private void QueueControl(SendState stream)
    {
        if (stream.Failure is not null || _stopped)
            return;
        if (stream.ControlNode.List is null)
            _control.AddLast(stream.ControlNode);
        WakeUp();
    }

    private void QueueData(SendState stream)
    {
        if (stream.Failure is not null || _stopped)
            return;
        if (stream.DataNode.List is null)
            _data.AddLast(stream.DataNode);
        WakeUp();
    }

    private void AddReset(uint streamId, uint code)
    {
        if (_stopped)
            return;
        _resets.Enqueue((streamId, code));
        _queuedResets = _resets.Count;
        WakeUp();
    }

    private void WakeUp()
    {
        if (!_idle)
            return;
        _idle = false;
        _wakeUp.Complete(true);
    }
}
