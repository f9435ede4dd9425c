using System.Buffers;

namespace Rcmgr.Libp2p.Muxing;

/// <content>The batch of frames and the loop that writes it to the channel.</content>
internal sealed partial class FrameSender
{
    // Below this much room a data frame is left for the next batch rather than cut into crumbs.
    private const int SmallestSplit = 4 * 1024;

    private byte[]? _batch;
    private int _count;
    private int _capacity = options.SendBatch;

    private int Room => _capacity - _count;

    /// <summary>Writes batches to the channel until <see cref="Stop"/> and its last frame; faults when the channel does.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            (byte[]? batch, int count, bool over, ValueTask wait) = TakeBatch();
            NotifyFinished();
            if (count == 0)
            {
                if (over)
                    return;
                await wait;
                continue;
            }

            await channel.WriteAsync(batch.AsMemory(0, count), cancellationToken);
            await channel.FlushAsync(cancellationToken);
            growth.Moved(count);
            // Not returned when the write fails: a channel that was torn down may still be reading it.
            ArrayPool<byte>.Shared.Return(batch!);
        }
    }

    private (byte[]? Batch, int Count, bool Over, ValueTask Wait) TakeBatch()
    {
        lock (_gate)
        {
            Fill();
            if (_count == 0)
            {
                if (_stopped)
                    return (null, 0, true, default);
                _idle = true;
                return (null, 0, false, new ValueTask(_wakeUp, _wakeUp.Start()));
            }

            (byte[]? batch, int count) = (_batch, _count);
            _batch = null;
            _count = 0;
            _capacity = growth.IsGranted ? Math.Max(options.SendBatch, YamuxOptions.GrownSendBatch) : options.SendBatch;
            return (batch, count, false, default);
        }
    }

    /// <summary>Tops up the batch: session frames first, then control frames of streams, then one data frame of each writer in turn.</summary>
    private void Fill()
    {
        FillSessionFrames();
        if (_stopped)
            return;
        while (_resets.Count > 0 && Room >= YamuxHeader.Size)
        {
            (uint id, uint code) = _resets.Dequeue();
            Emit(YamuxFrameType.WindowUpdate, YamuxFlags.Rst, id, code);
        }

        _queuedResets = _resets.Count;
        if (_resetRoom is not null && !ResetsFull)
        {
            _resetRoom.TrySetResult();
            _resetRoom = null;
        }

        while (_control.First is { } node && Room >= YamuxHeader.Size)
        {
            _control.RemoveFirst();
            EmitControl(node.Value);
        }

        while (_data.First is { } node && HasRoomFor(node.Value.Pending.Length))
        {
            _data.RemoveFirst();
            EmitTurn(node.Value);
        }
    }

    private void FillSessionFrames()
    {
        if (_goAway is { } code && Room >= YamuxHeader.Size)
        {
            Emit(YamuxFrameType.GoAway, YamuxFlags.None, 0, code);
            _goAway = null;
        }

        if (_stopped)
            return;
        if (_pong is { } pong && Room >= YamuxHeader.Size)
        {
            Emit(YamuxFrameType.Ping, YamuxFlags.Ack, 0, pong);
            _pong = null;
        }

        if (_ping is { } ping && Room >= YamuxHeader.Size)
        {
            Emit(YamuxFrameType.Ping, YamuxFlags.Syn, 0, ping);
            _ping = null;
        }
    }

    private bool HasRoomFor(int payload) => Room >= YamuxHeader.Size + Math.Min(payload, SmallestSplit);

    private void EmitControl(SendState stream)
    {
        if (stream.Grant == 0 && !stream.SynUnsent)
            return;
        uint grant = stream.Grant;
        stream.Grant = 0;
        Emit(YamuxFrameType.WindowUpdate, stream.TakeFlags(), stream.Id, grant);
    }

    /// <summary>One turn of a waiting stream: a data frame, the end of its write, the end of its half.</summary>
    private void EmitTurn(SendState stream)
    {
        if (stream.Writing)
        {
            int length = EmitFrame(stream, stream.Pending.Span);
            stream.Pending = stream.Pending[length..];
            if (!stream.Pending.IsEmpty)
            {
                if (stream.Window > 0)
                    _data.AddLast(stream.DataNode);
                return;
            }

            EndWrite(stream).Complete(true);
        }

        if (!stream.FinRequested || stream.FinSent)
            return;
        if (Room < YamuxHeader.Size)
        {
            _data.AddFirst(stream.DataNode);
            return;
        }

        EmitFin(stream);
        _finished.Add(stream);
    }

    private void EmitFin(SendState stream)
    {
        stream.FinSent = true;
        uint grant = stream.Grant;
        stream.Grant = 0;
        Emit(YamuxFrameType.WindowUpdate, stream.TakeFlags() | YamuxFlags.Fin, stream.Id, grant);
    }

    /// <summary>As many data frames as the window and the batch take; returns the bytes of <paramref name="data"/> used.</summary>
    private int EmitFrames(SendState stream, ReadOnlySpan<byte> data)
    {
        int total = 0;
        while (total < data.Length && stream.Window > 0 && HasRoomFor(data.Length - total))
            total += EmitFrame(stream, data[total..]);
        if (total > 0)
            WakeUp();
        return total;
    }

    private int EmitFrame(SendState stream, ReadOnlySpan<byte> data)
    {
        int length = (int)Math.Min(Math.Min(data.Length, options.MaxFrame), Math.Min(stream.Window, Room - YamuxHeader.Size));
        Emit(YamuxFrameType.Data, stream.TakeFlags(), stream.Id, (uint)length);
        data[..length].CopyTo(_batch.AsSpan(_count));
        _count += length;
        stream.Window -= length;
        return length;
    }

    private void Emit(YamuxFrameType type, YamuxFlags flags, uint streamId, uint length)
    {
        _batch ??= ArrayPool<byte>.Shared.Rent(_capacity);
        new YamuxHeader(0, type, flags, streamId, length).Write(_batch.AsSpan(_count));
        _count += YamuxHeader.Size;
    }

    /// <summary>Tells streams that their end is on its way; outside the gate, because a stream that is over leaves the session.</summary>
    private void NotifyFinished()
    {
        // Only the loop adds to and takes from this list, so it needs no lock.
        foreach (SendState stream in _finished)
            stream.Stream.OnFinished();
        _finished.Clear();
    }
}
