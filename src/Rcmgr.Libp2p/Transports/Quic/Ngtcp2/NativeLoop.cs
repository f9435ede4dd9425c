using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Rcmgr.Libp2p.Transports.Quic.Ngtcp2;

/// <summary>
/// The one thread on which a host's native connections live: it receives, runs timers, does what other threads post and sends. A
/// native connection must never be touched by two threads, and the precise times of pacing need a thread that waits in the kernel.
/// </summary>
internal sealed partial class NativeLoop : IAsyncDisposable
{
    /// <summary>The longest wait; nothing depends on it.</summary>
    private const ulong LongestWait = 1_000_000_000;

    private readonly ILogger _logger;
    private readonly EventQueue _events = new();
    private readonly ConcurrentQueue<ILoopWork> _work = new();
    private readonly Dictionary<ulong, UdpEndpoint> _endpoints = [];
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _afterwards = new();
    private List<Ngtcp2Connection> _dirty = [];
    private List<Ngtcp2Connection> _flushing = [];
    private ulong _lastKey;
    private int _threadId;
    private volatile bool _isStopping;
    private volatile bool _isOver;

    public NativeLoop(ILogger logger)
    {
        _logger = logger;
        new Thread(Run) { IsBackground = true, Name = "QUIC" }.Start();
    }

    /// <summary>Now, in nanoseconds of the monotonic clock.</summary>
    public static ulong Now => (ulong)Stopwatch.GetTimestamp();

    /// <summary>What wants to be woken.</summary>
    public TimerHeap<ITimed> Timers { get; } = new();

    /// <summary>Buffers for datagrams; one of each is enough for one thread.</summary>
    public ReceiveBatch Incoming { get; } = new();

    public SendBatch Outgoing { get; } = new();

    /// <summary>Blocks of the streams' send buffers.</summary>
    public BlockPool Blocks { get; } = new();

    private bool IsOnThread => Environment.CurrentManagedThreadId == _threadId;

    /// <summary>Has <paramref name="work"/> done soon. From any thread.</summary>
    public void Post(ILoopWork work)
    {
        _work.Enqueue(work);
        if (_isOver)
            RunWork();
        else if (!IsOnThread)
            _events.Signal();
    }

    /// <summary>Has a function called on the thread.</summary>
    /// <exception cref="ObjectDisposedException">The loop has ended.</exception>
    public Task<T> CallAsync<T>(Func<T> function)
    {
        LoopCall<T> call = new(() =>
        {
            ObjectDisposedException.ThrowIf(_isStopping, this);
            return function();
        });
        Post(call);
        return call.Outcome;
    }

    /// <summary>Ends the thread and everything that lives on it.</summary>
    public async ValueTask DisposeAsync()
    {
        _isStopping = true;
        _events.Signal();
        await _ended.Task;
    }

    public void Add(UdpEndpoint endpoint)
    {
        endpoint.Key = ++_lastKey;
        _events.Add(endpoint.Handle, endpoint.Key);
        _endpoints.Add(endpoint.Key, endpoint);
    }

    public void Remove(UdpEndpoint endpoint)
    {
        if (_endpoints.Remove(endpoint.Key))
            _events.Remove(endpoint.Handle);
    }

    /// <summary>Has the connection send what it can before the loop waits again.</summary>
    public void MarkDirty(Ngtcp2Connection connection) => _dirty.Add(connection);

    private void Run()
    {
        _threadId = Environment.CurrentManagedThreadId;
        Span<ulong> readable = stackalloc ulong[64];
        while (!_isStopping)
        {
            int count = _events.Wait(TimeToWait(), readable);
            foreach (ulong key in readable[..count])
                Guard(static endpoint => endpoint?.Receive(), _endpoints.GetValueOrDefault(key));
            RunWork();
            RunTimers();
            Flush();
        }

        End();
    }

    private ulong TimeToWait()
    {
        if (!_work.IsEmpty || _dirty.Count > 0)
            return 0;
        ulong due = Timers.NextDue;
        ulong now = Now;
        return due <= now ? 0 : Math.Min(due - now, LongestWait);
    }

    private void RunWork()
    {
        if (!_isOver)
        {
            // No more than there is now: what the work itself posts must not keep the loop from its sockets.
            for (int left = _work.Count; left > 0 && _work.TryDequeue(out ILoopWork? work); left--)
                Guard(static work => work.Run(), work);
            return;
        }

        lock (_afterwards)
        {
            while (_work.TryDequeue(out ILoopWork? work))
                Guard(static work => work.Run(), work);
        }
    }

    private void RunTimers()
    {
        ulong now = Now;
        while (Timers.PeekDue(now) is { } timed)
        {
            Timers.Remove(timed);
            Guard(static timed => timed.OnTimer(), timed);
        }
    }

    private void Flush()
    {
        (_dirty, _flushing) = (_flushing, _dirty);
        foreach (Ngtcp2Connection connection in _flushing)
            Guard(static connection => connection.Flush(), connection);
        _flushing.Clear();
    }

    private void End()
    {
        foreach (UdpEndpoint endpoint in _endpoints.Values.ToArray())
            Guard(static endpoint => endpoint.Abandon(), endpoint);
        _isOver = true;
        RunWork();
        Incoming.Dispose();
        Outgoing.Dispose();
        Blocks.Dispose();
        _events.Dispose();
        _ended.TrySetResult();
    }

    /// <summary>A fault of one connection must not end the thread that all others live on.</summary>
    private void Guard<T>(Action<T> action, T argument)
    {
        try
        {
            action(argument);
        }
        catch (Exception e)
        {
            LogFault(_logger, e);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "A QUIC operation failed unexpectedly")]
    private static partial void LogFault(ILogger logger, Exception error);
}
