namespace Rcmgr.Libp2p.Muxing;

/// <content>What the remote sends. Nothing is taken or allocated for a frame before its header is found legal.</content>
internal sealed partial class YamuxConnection
{
    /// <summary>The code of a stream that the resource limits refuse (specification §8.8).</summary>
    private const uint ResourceLimitExceeded = 0x1002;

    private async Task ReceiveFramesAsync()
    {
        while (await _reader.FillAsync(YamuxHeader.Size, _abort.Token))
        {
            YamuxHeader header = YamuxHeader.Read(_reader.Available);
            _reader.Consume(YamuxHeader.Size);
            if (_end is not null)
                return;
            YamuxStream? stream = Route(header);
            if (header.Type == YamuxFrameType.Data && !await ReceivePayloadAsync(stream, header))
            {
                EndByRemote(insideFrame: true);
                return;
            }

            if (stream is not null)
                ApplyFlags(stream, header);
            if (_sender.ResetsFull)
                await WaitForResetRoomAsync();
        }

        EndByRemote(insideFrame: !_reader.Available.IsEmpty);
    }

    private void EndByRemote(bool insideFrame)
    {
        string detail = insideFrame ? "The remote closed the channel inside a frame." : "The remote closed the channel.";
        EndSession(new SessionEnd(SessionEndReason.RemoteClose, 0, detail), goAway: null);
    }

    /// <summary>Checks the header, acts on frames of the session, and finds (or makes) the stream of the others.</summary>
    private YamuxStream? Route(YamuxHeader header)
    {
        if (header.Version != 0)
            throw new YamuxProtocolException("Unknown yamux version.");
        if (header.Type > YamuxFrameType.GoAway)
            throw new YamuxProtocolException("Unknown frame type.");
        bool ofSession = header.Type is YamuxFrameType.Ping or YamuxFrameType.GoAway;
        if (ofSession != (header.StreamId == 0))
            throw new YamuxProtocolException("The frame type and the stream number do not match.");

        switch (header.Type)
        {
            case YamuxFrameType.Ping:
                OnPing(header);
                return null;
            case YamuxFrameType.GoAway:
                OnGoAway(header.Length);
                return null;
        }

        if (header.Has(YamuxFlags.Syn))
            return OpenInbound(header);
        return _streams.GetValueOrDefault(header.StreamId);
    }

    private void OnPing(YamuxHeader header)
    {
        if (header.Has(YamuxFlags.Syn))
            _sender.QueuePong(header.Length);
        else if (header.Has(YamuxFlags.Ack))
            OnPingAnswered(header.Length);
        else
            throw new YamuxProtocolException("A ping that neither asks nor answers.");
    }

    private void OnGoAway(uint code)
    {
        bool over;
        lock (_gate)
        {
            _remoteGone = true;
            over = code != YamuxGoAway.Normal || _streams.IsEmpty;
        }

        // With a normal code the streams that exist may finish.
        if (over)
            EndSession(new SessionEnd(SessionEndReason.RemoteGoAway, code, $"The remote went away with code 0x{code:x}."), goAway: null);
    }

    private YamuxStream? OpenInbound(YamuxHeader header)
    {
        uint id = header.StreamId;
        bool isOdd = (id & 1) != 0;
        if (isOdd == _isInitiator)
            throw new YamuxProtocolException("The remote opened a stream with a number of ours.");
        if (_streams.ContainsKey(id))
            throw new YamuxProtocolException("The remote opened a stream that exists.");
        if (header.Has(YamuxFlags.Rst))
            return null;
        if (!HasBacklogRoom() || !_budget.TryBegin(out IWindowReservation? reservation))
        {
            Interlocked.Increment(ref _refusedInbound);
            _sender.QueueReset(id, ResourceLimitExceeded);
            return null;
        }

        return AddInbound(id, reservation);
    }

    private YamuxStream? AddInbound(uint id, IWindowReservation reservation)
    {
        YamuxStream stream = new(this, _sender, id, isOutbound: false, reservation);
        TaskCompletionSource? signal = null;
        bool over;
        lock (_gate)
        {
            over = _end is not null;
            if (!over)
            {
                _streams.TryAdd(id, stream);
                _backlog.AddLast(stream.BacklogNode!);
                signal = _acceptSignal;
                _acceptSignal = null;
            }
        }

        if (over)
            reservation.Dispose();
        signal?.TrySetResult();
        return over ? null : stream;
    }

    private bool HasBacklogRoom()
    {
        lock (_gate)
            return _backlog.Count < Options.AcceptBacklog;
    }

    /// <summary>Takes the payload of a data frame, or throws it away when its stream is unknown, refused or over.</summary>
    private async ValueTask<bool> ReceivePayloadAsync(YamuxStream? stream, YamuxHeader header)
    {
        if (header.Has(YamuxFlags.Rst))
            stream = null;
        if (stream is not null)
            stream.Announce(header.Length);
        else if (header.Length > Options.MaxWindow)
            throw new YamuxProtocolException("A data frame larger than any window.");

        for (int remaining = (int)header.Length; remaining > 0;)
        {
            if (!await _reader.FillAsync(1, _abort.Token))
                return false;
            int length = Math.Min(remaining, _reader.Available.Length);
            stream?.Receive(_reader.Available[..length]);
            _reader.Consume(length);
            remaining -= length;
        }

        return true;
    }

    private void ApplyFlags(YamuxStream stream, YamuxHeader header)
    {
        ReleaseOpenSlot(stream);
        if (header.Has(YamuxFlags.Rst))
        {
            stream.OnRemoteReset(header.Type == YamuxFrameType.WindowUpdate ? header.Length : 0);
            return;
        }

        if (header.Type == YamuxFrameType.WindowUpdate && header.Length > 0)
            _sender.AddSendWindow(stream.Send, header.Length);
        if (header.Has(YamuxFlags.Fin))
            stream.OnRemoteFinished();
    }

    /// <summary>Stops reading from a remote that does not read the resets it causes; for ever, and the session ends.</summary>
    private async ValueTask WaitForResetRoomAsync()
    {
        try
        {
            await _sender.WaitForResetRoomAsync().WaitAsync(Options.ControlDrainTimeout, Time, _closing.Token);
        }
        catch (TimeoutException)
        {
            EndSession(
                new SessionEnd(SessionEndReason.ControlFlood, YamuxGoAway.ProtocolError, "The remote does not read the resets it causes."),
                YamuxGoAway.ProtocolError);
        }
    }
}
