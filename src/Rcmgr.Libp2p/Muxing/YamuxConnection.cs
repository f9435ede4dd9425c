using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Rcmgr.Libp2p.Muxing;

/// <summary>
/// A yamux session over any byte channel. Every stream's receive window is paid for by the budget before the stream exists: a refused
/// inbound stream is reset alone with the resource-limit code, a refused outbound one fails at its opener, and neither leaves a slot
/// behind. Bytes that break the protocol end the session with a typed reason. See <see cref="YamuxStream"/> and
/// <see cref="FrameSender"/> for how often a byte is copied.
/// </summary>
internal sealed partial class YamuxConnection : IMuxedConnection
{
    private readonly Stream _channel;
    private readonly bool _isInitiator;
    private readonly IStreamBudget _budget;
    private readonly ILogger _logger;
    private readonly FrameSender _sender;
    private readonly FrameReader _reader;
    private readonly Lock _gate = new();
    private readonly ConcurrentDictionary<uint, YamuxStream> _streams = new();
    private readonly LinkedList<YamuxStream> _backlog = new();
    private readonly SemaphoreSlim _openSlots;
    private readonly CancellationTokenSource _closing = new();
    private readonly CancellationTokenSource _abort = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource? _acceptSignal;
    private volatile SessionEnd? _end;
    private volatile bool _remoteGone;
    private ulong _nextId;
    private long _refusedInbound;

    /// <summary>Starts the session, which owns <paramref name="channel"/> from here on.</summary>
    public YamuxConnection(
        Stream channel,
        bool isInitiator,
        YamuxOptions options,
        IStreamBudget budget,
        TimeProvider time,
        ILogger logger,
        SessionGrowth? growth = null)
    {
        _channel = channel;
        _isInitiator = isInitiator;
        _budget = budget;
        _logger = logger;
        Options = options;
        Time = time;
        growth ??= SessionGrowth.CreateNone();
        _sender = new FrameSender(channel, options, growth.Sending);
        _reader = new FrameReader(channel, growth.Receiving);
        _openSlots = new SemaphoreSlim(options.AcknowledgeBacklog, options.AcknowledgeBacklog);
        _nextId = isInitiator ? 1UL : 2UL;
        Completion = Task.Run(RunAsync);
    }

    public Task Completion { get; }

    /// <summary>How the session ended; null while it lives.</summary>
    public SessionEnd? End => _end;

    /// <summary>Streams that exist on this side.</summary>
    public int StreamCount => _streams.Count;

    /// <summary>Inbound streams reset because of the budget or the accept backlog.</summary>
    public long RefusedInbound => Interlocked.Read(ref _refusedInbound);

    internal YamuxOptions Options { get; }

    internal TimeProvider Time { get; }

    /// <summary>The number the next outbound stream gets, which its side's parity allows to be set ahead only.</summary>
    internal ulong NextId
    {
        get => _nextId;
        set => _nextId = value;
    }

    public async ValueTask<MuxedStream> OpenStreamAsync(CancellationToken cancellationToken)
    {
        ThrowIfNotOpen();
        await TakeOpenSlotAsync(cancellationToken);
        IWindowReservation? reservation = null;
        try
        {
            reservation = _budget.Begin();
            return AddOutbound(reservation);
        }
        catch
        {
            reservation?.Dispose();
            _openSlots.Release();
            throw;
        }
    }

    public async ValueTask<MuxedStream?> AcceptStreamAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            Task signal;
            lock (_gate)
            {
                if (_end is not null)
                    return null;
                if (_backlog.First is { } node)
                {
                    _backlog.RemoveFirst();
                    return node.Value;
                }

                _acceptSignal ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                signal = _acceptSignal.Task;
            }

            await signal.WaitAsync(cancellationToken);
        }
    }

    public async ValueTask CloseAsync(uint code, CancellationToken cancellationToken)
    {
        EndSession(new SessionEnd(SessionEndReason.LocalClose, code, "The session was closed."), goAway: code);
        await Completion.WaitAsync(cancellationToken);
    }

    public ValueTask DisposeAsync() => CloseAsync(YamuxGoAway.Normal, CancellationToken.None);

    /// <summary>Forgets a stream that is over. Called once for each stream.</summary>
    internal void Detach(YamuxStream stream)
    {
        bool last;
        lock (_gate)
        {
            _streams.TryRemove(stream.Send.Id, out _);
            if (stream.BacklogNode?.List is not null)
                _backlog.Remove(stream.BacklogNode);
            last = _remoteGone && _streams.IsEmpty;
        }

        ReleaseOpenSlot(stream);
        stream.OnDetached();
        if (last)
            EndSession(new SessionEnd(SessionEndReason.RemoteGoAway, YamuxGoAway.Normal, "The remote went away."), goAway: null);
    }

    private async ValueTask TakeOpenSlotAsync(CancellationToken cancellationToken)
    {
        if (_openSlots.Wait(0, CancellationToken.None))
            return;
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _closing.Token);
        try
        {
            await _openSlots.WaitAsync(either.Token);
        }
        catch (OperationCanceledException) when (_end is { } end && !cancellationToken.IsCancellationRequested)
        {
            throw end.ToException();
        }
        catch (OperationCanceledException)
        {
            throw new OperationCanceledException(cancellationToken);
        }
    }

    private YamuxStream AddOutbound(IWindowReservation reservation)
    {
        YamuxStream stream;
        lock (_gate)
        {
            ThrowIfNotOpen();
            if (_nextId > uint.MaxValue)
                throw new SessionEnd(SessionEndReason.StreamIdsExhausted, 0, "Every stream number of the session is used.").ToException();
            stream = new YamuxStream(this, _sender, (uint)_nextId, isOutbound: true, reservation);
            _nextId += 2;
            _streams.TryAdd(stream.Send.Id, stream);
        }

        _sender.Open(stream.Send);
        return stream;
    }

    private void ThrowIfNotOpen()
    {
        if (_end is { } end)
            throw end.ToException();
        if (_remoteGone)
            throw new SessionEnd(SessionEndReason.RemoteGoAway, YamuxGoAway.Normal, "The remote takes no more streams.").ToException();
    }

    private void ReleaseOpenSlot(YamuxStream stream)
    {
        if (stream.TakeOpenSlot())
            _openSlots.Release();
    }

    /// <summary>Ends the session once: every stream with it, and no more frames but those already in the batch and the go-away.</summary>
    private void EndSession(SessionEnd end, uint? goAway)
    {
        TaskCompletionSource? signal;
        YamuxStream[] unaccepted;
        lock (_gate)
        {
            if (_end is not null)
                return;
            _end = end;
            unaccepted = [.. _backlog];
            _backlog.Clear();
            signal = _acceptSignal;
        }

        _sender.Stop(goAway);
        foreach (YamuxStream stream in _streams.Values)
            stream.OnSessionEnded(end);
        // Nobody else will: they are not handed out any more.
        foreach (YamuxStream stream in unaccepted)
            stream.Dispose();
        signal?.TrySetResult();
        _ended.TrySetResult();
        LogEnded(_logger, end.Reason, end.Code, end.Detail, RefusedInbound);
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "Muxed session ended: {Reason}, code {Code}: {Detail} ({Refused} inbound streams refused)")]
    private static partial void LogEnded(ILogger logger, SessionEndReason reason, uint code, string detail, long refused);
}
