namespace Rcmgr;

/// <summary>Tries an operation; null when it is refused.</summary>
internal delegate T? WaitAttempt<T>(out Refusal refusal)
    where T : class;

/// <summary>One operation that waits. All members but the construction are called under the queue's gate.</summary>
internal abstract class Waiter(WaitShape shape, PeerKey? peer, byte priority)
{
    private ITimer? _timer;
    private CancellationTokenRegistration _cancellation;

    public WaitShape Shape { get; } = shape;

    public PeerKey? Peer { get; } = peer;

    public byte Priority { get; } = priority;

    public long Since { get; private set; }

    public bool IsQueued { get; set; }

    /// <summary>Why the last attempt was refused.</summary>
    public Refusal Refusal { get; protected set; }

    /// <summary>More time, or what others give back, can help.</summary>
    public bool MayHope => Refusal.Reason == RefusalReason.Limit && Refusal.Requested <= Refusal.Allowed;

    /// <summary>Does the operation if there is room. A refusal is not counted: the operation goes on.</summary>
    public abstract bool Attempt();

    /// <summary>Completes the caller's task; what awaits it runs elsewhere.</summary>
    public abstract void Succeed();

    public abstract void Fail(Exception exception);

    public abstract void Cancel();

    /// <summary>Gives back what a refused attempt has kept for the next one.</summary>
    public virtual void Abandon()
    {
    }

    public void Start(WaitQueue queue, TimeProvider timeProvider, TimeSpan timeout, CancellationToken cancellationToken)
    {
        Since = timeProvider.GetTimestamp();
        if (timeout != Timeout.InfiniteTimeSpan)
            _timer = timeProvider.CreateTimer(_ => queue.TimeOut(this), state: null, timeout, Timeout.InfiniteTimeSpan);
        _cancellation = cancellationToken.UnsafeRegister(_ => queue.Cancel(this), state: null);
    }

    public void Stop()
    {
        _timer?.Dispose();

        // Not disposed: that would wait for a callback that waits for the queue.
        _cancellation.Unregister();
    }
}

/// <summary>One operation that waits, and what it gives its caller.</summary>
internal sealed class Waiter<T>(WaitShape shape, PeerKey? peer, byte priority, WaitAttempt<T> attempt, CancellationToken cancellationToken, Action? abandon = null)
    : Waiter(shape, peer, priority)
    where T : class
{
    private readonly TaskCompletionSource<T> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private T? _result;

    public Task<T> Task => _completion.Task;

    public T Result => _result ?? throw new InvalidOperationException("The operation was not done.");

    public override bool Attempt()
    {
        RefusalCounters.IsMuted = true;
        try
        {
            _result = attempt(out Refusal refusal);
            Refusal = refusal;
            return _result is not null;
        }
        finally
        {
            RefusalCounters.IsMuted = false;
        }
    }

    public override void Succeed() => _completion.SetResult(Result);

    public override void Fail(Exception exception) => _completion.SetException(exception);

    public override void Cancel() => _completion.SetCanceled(cancellationToken);

    public override void Abandon() => abandon?.Invoke();
}
