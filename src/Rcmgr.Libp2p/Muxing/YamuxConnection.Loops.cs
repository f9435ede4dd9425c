namespace Rcmgr.Libp2p.Muxing;

/// <content>The loops of a session, and its end.</content>
internal sealed partial class YamuxConnection
{
    private readonly Lock _pingGate = new();
    private TaskCompletionSource? _pingAnswered;
    private uint _pingId;
    private long _pingSent;
    private long _roundTripTicks = -1;

    /// <summary>The measured round trip, null before the first answer to a ping.</summary>
    internal TimeSpan? RoundTrip => Volatile.Read(ref _roundTripTicks) is >= 0 and long ticks ? TimeSpan.FromTicks(ticks) : null;

    private async Task RunAsync()
    {
        Task receiving = GuardAsync(ReceiveFramesAsync);
        Task sending = GuardAsync(() => _sender.RunAsync(_abort.Token));
        Task keepingAlive = GuardAsync(KeepAliveAsync);

        await _ended.Task;
        await _closing.CancelAsync();
        await AwaitBrieflyAsync(sending);
        await _abort.CancelAsync();
        await AwaitBrieflyAsync(GuardAsync(() => _channel.DisposeAsync().AsTask()));
        await Task.WhenAll(receiving, sending, keepingAlive);
        _reader.Dispose();
    }

    /// <summary>Lets the last frames leave, unless the remote takes too long to read them.</summary>
    private async Task AwaitBrieflyAsync(Task task)
    {
        try
        {
            await task.WaitAsync(Options.CloseTimeout, Time);
        }
        catch (TimeoutException)
        {
            // The channel is torn down next, which ends the task.
        }
    }

    /// <summary>Runs a loop; whatever ends it by a fault ends this session, typed, and nothing else.</summary>
    private async Task GuardAsync(Func<Task> loop)
    {
        try
        {
            await loop();
        }
        catch (YamuxProtocolException violation)
        {
            EndSession(
                new SessionEnd(SessionEndReason.ProtocolViolation, YamuxGoAway.ProtocolError, violation.Message, violation),
                YamuxGoAway.ProtocolError);
        }
        catch (Exception error)
        {
            EndSession(new SessionEnd(SessionEndReason.ChannelFailed, 0, "The channel of the session failed.", error), goAway: null);
        }
    }

    /// <summary>Pings at the start, to learn the round trip, and from time to time, to notice a remote that is gone.</summary>
    private async Task KeepAliveAsync()
    {
        while (await PingAsync())
            await Task.Delay(Options.KeepAliveInterval, Time, _closing.Token);
        EndSession(
            new SessionEnd(SessionEndReason.KeepAliveTimeout, YamuxGoAway.InternalError, "The remote does not answer."),
            YamuxGoAway.InternalError);
    }

    private async Task<bool> PingAsync()
    {
        Task answered;
        lock (_pingGate)
        {
            _pingAnswered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _pingSent = Time.GetTimestamp();
            answered = _pingAnswered.Task;
            _sender.QueuePing(++_pingId);
        }

        while (true)
        {
            long before = _reader.TotalRead;
            try
            {
                await answered.WaitAsync(Options.KeepAliveTimeout, Time, _closing.Token);
                return true;
            }
            catch (TimeoutException) when (_reader.TotalRead != before)
            {
                // The answer may be queued behind a lot of data on a slow link: bytes are a sign of life too.
            }
            catch (TimeoutException)
            {
                return false;
            }
        }
    }

    private void OnPingAnswered(uint value)
    {
        lock (_pingGate)
        {
            // An answer to nothing, or to an earlier ping, says nothing about the round trip and does no harm.
            if (value != _pingId || _pingAnswered is null)
                return;
            long sample = Time.GetElapsedTime(_pingSent).Ticks;
            long before = Volatile.Read(ref _roundTripTicks);
            Volatile.Write(ref _roundTripTicks, before < 0 ? sample : (before + sample) / 2);
            _pingAnswered.TrySetResult();
            _pingAnswered = null;
        }
    }
}
