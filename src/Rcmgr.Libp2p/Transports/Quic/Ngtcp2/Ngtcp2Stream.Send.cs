using Rcmgr.Libp2p.Muxing;

namespace Rcmgr.Libp2p.Transports.Quic.Ngtcp2;

/// <content>The sending half: bytes are copied once, into blocks that are kept until the remote has acknowledged them.</content>
internal sealed partial class Ngtcp2Stream
{
    private readonly Lock _send = new();
    private readonly SendBuffer _unacknowledged;
    private readonly PendingOperation<bool> _write = new();
    private ReadOnlyMemory<byte> _writeMemory;
    private bool _isWriting;
    private bool _isFinishRequested;
    private bool _isFinishSent;
    private Func<Exception>? _writeFailure;

    private bool HasFinishedWriting
    {
        get
        {
            lock (_send)
                return _isFinishRequested && _writeFailure is null;
        }
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested)
            return ValueTask.FromCanceled(cancellationToken);
        ValueTask result;
        lock (_send)
        {
            if (_isWriting)
                return ValueTask.FromException(new InvalidOperationException("Another write to the stream is under way."));
            if (_writeFailure is not null)
                return ValueTask.FromException(_writeFailure());
            if (_isFinishRequested)
                return ValueTask.FromException(new InvalidOperationException("The stream's writing half has ended."));
            _writeMemory = buffer;
            Exception? refused = TakeIn();
            if (refused is not null)
                return ValueTask.FromException(refused);
            result = _writeMemory.IsEmpty ? ValueTask.CompletedTask : WaitToWrite(cancellationToken);
        }

        RequestWork();
        return result;
    }

    public override ValueTask CloseWriteAsync(CancellationToken cancellationToken = default)
    {
        lock (_send)
        {
            if (_writeFailure is not null && !_isFinishSent)
                return ValueTask.FromException(_writeFailure());
            _isFinishRequested = true;
        }

        RequestWork();
        return ValueTask.CompletedTask;
    }

    /// <summary>Points at what is to be sent next; false when there is nothing, not even the end.</summary>
    public unsafe bool TryFill(NativeVector* vectors, int capacity, out int count, out bool isLast)
    {
        lock (_send)
        {
            count = 0;
            isLast = false;
            if (_isFinishSent || _writeFailure is not null)
                return false;
            count = _unacknowledged.Fill(vectors, capacity, out ulong total);
            isLast = _isFinishRequested && !_isWriting && _unacknowledged.Sent + total == _unacknowledged.End;
            return count > 0 || isLast;
        }
    }

    /// <summary>The library took bytes, and the end if <paramref name="isLast"/>; true when there is more.</summary>
    public bool OnSent(ulong bytes, bool isLast)
    {
        bool isFinished;
        bool hasMore;
        lock (_send)
        {
            _unacknowledged.Advance(bytes);
            isFinished = isLast && !_unacknowledged.HasUnsent;
            _isFinishSent |= isFinished;
            hasMore = _unacknowledged.HasUnsent || (_isFinishRequested && !_isFinishSent && !_isWriting);
        }

        if (isFinished)
            MarkEnded(SendEnded);
        return hasMore;
    }

    public void OnAcknowledged(ulong offset)
    {
        int freed;
        lock (_send)
            freed = _unacknowledged.Acknowledge(offset);
        _connection.Quota.Return(freed);
        if (freed > 0)
            ContinueWriting();
    }

    /// <summary>The remote wants no more of this half. Its code is known only when the stream is over.</summary>
    public void OnWriteRefused()
    {
        FailWriting(() => new StreamResetException(0, byRemote: true));
        MarkEnded(SendEnded);
    }

    /// <summary>Frees what was kept for the remote: the library points at none of it any more.</summary>
    public void FreeSent()
    {
        int freed;
        lock (_send)
            freed = _unacknowledged.Clear();
        _connection.Quota.Return(freed);
    }

    private static void CancelWrite(object? state, CancellationToken cancellationToken)
    {
        Ngtcp2Stream stream = (Ngtcp2Stream)state!;
        lock (stream._send)
        {
            if (stream._isWriting)
                stream.EndWrite().Fail(new OperationCanceledException(cancellationToken));
        }
    }

    private ValueTask WaitToWrite(CancellationToken cancellationToken)
    {
        _isWriting = true;
        short version = _write.Start();
        _write.CancelWith(CancelWrite, this, cancellationToken);
        return new ValueTask(_write, version);
    }

    private PendingOperation<bool> EndWrite()
    {
        _isWriting = false;
        _writeMemory = default;
        return _write;
    }

    /// <summary>Takes in more of a waiting write, and has sent what there is. On the loop's thread.</summary>
    private void ContinueWriting()
    {
        bool hasWork;
        lock (_send)
        {
            if (_isWriting)
            {
                Exception? refused = TakeIn();
                if (refused is not null)
                    EndWrite().Fail(refused);
                else if (_writeMemory.IsEmpty)
                    EndWrite().Complete(true);
            }

            hasWork = _writeFailure is null && (_unacknowledged.HasUnsent || (_isFinishRequested && !_isFinishSent));
        }

        if (hasWork)
            _connection.QueueSend(this);
    }

    /// <summary>Copies of the write what the stream and the connection have room for; the refusal when there will be none.</summary>
    private Exception? TakeIn()
    {
        while (!_writeMemory.IsEmpty)
        {
            if (_unacknowledged.Room == 0)
            {
                int block = SendBuffer.BlockFor(_writeMemory.Length);
                if (_unacknowledged.Held > 0 && _unacknowledged.Held + block > _connection.Options.StreamSendBuffer)
                    return null;
                SendQuotaOutcome outcome = _connection.Quota.Take(this, block, out Refusal refusal);
                if (outcome == SendQuotaOutcome.Refused)
                    return refusal.ToException();
                if (outcome == SendQuotaOutcome.Waiting)
                    return null;
                _unacknowledged.AddBlock(block);
            }

            int length = Math.Min(_writeMemory.Length, _unacknowledged.Room);
            _unacknowledged.Append(_writeMemory.Span[..length]);
            _writeMemory = _writeMemory[length..];
        }

        return null;
    }

    private void FailWriting(Func<Exception> failure)
    {
        lock (_send)
        {
            if (_writeFailure is not null)
                return;
            _writeFailure = failure;
            if (_isWriting)
                EndWrite().Fail(failure());
        }
    }
}
