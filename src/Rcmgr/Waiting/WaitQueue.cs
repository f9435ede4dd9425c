namespace Rcmgr;

/// <summary>
/// Operations that wait for room. They are tried in their turns by one thread at a time, so a release never starts a stampede: whoever is
/// refused again stays asleep. While anybody waits, the accounting tells this queue of each release; it never does work on the releasing
/// thread.
/// </summary>
/// <remarks>
/// No wake-up is lost: a waiter is queued and the queue registered before the waiter is tried again. A release that the attempt did
/// not see came after the registration, and so signals; a signal that comes during a pass starts another pass.
/// </remarks>
internal sealed class WaitQueue(AccountingEngine engine, WaitingOptions options, TimeProvider timeProvider) : ICapacityListener, IThreadPoolWorkItem
{
    private readonly Lock _gate = new();
    private readonly WaitLine _line = new();
    private int _count;
    private int _isSignalled;

    public WaitStatistics Statistics { get; } = new();

    /// <summary>Whether nobody waits: then a newcomer overtakes nobody.</summary>
    public bool IsEmpty => Volatile.Read(ref _count) == 0;

    /// <param name="waiter">The operation.</param>
    /// <param name="explain">What would become of it, to tell what waiting cannot help.</param>
    /// <param name="timeout">How long it may wait.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public ValueTask<T> DoAsync<T>(Waiter<T> waiter, Func<Explanation> explain, TimeSpan timeout, CancellationToken cancellationToken)
        where T : class
    {
        if (cancellationToken.IsCancellationRequested)
        {
            waiter.Abandon();
            return ValueTask.FromCanceled<T>(cancellationToken);
        }

        // Who comes while others wait takes a turn like them.
        bool othersWait = !IsEmpty && timeout != TimeSpan.Zero;
        if (!othersWait && waiter.Attempt())
            return ValueTask.FromResult(waiter.Result);
        if (timeout == TimeSpan.Zero)
            return Refuse(waiter);
        Explanation explanation = explain();
        if ((!othersWait && !waiter.MayHope) || explanation.IsImpossible)
            return Refuse(waiter, WaitOutcome.Hopeless);
        if (!TryAdd(waiter, timeout, cancellationToken))
            return Refuse(waiter, WaitOutcome.QueueFull);
        Pass();
        return new ValueTask<T>(waiter.Task);
    }

    public void CapacityReleased(PeerKey? peer)
    {
        if (Interlocked.Exchange(ref _isSignalled, 1) == 0)
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    public void Execute()
    {
        Interlocked.Exchange(ref _isSignalled, 0);
        Pass();
    }

    public void TimeOut(Waiter waiter)
    {
        lock (_gate)
        {
            if (!waiter.IsQueued)
                return;

            // One that waited behind others alike has not been tried yet: it gets what it would have got without waiting.
            if (waiter.Refusal.Reason == RefusalReason.None)
                Try(waiter, []);
            if (waiter.IsQueued)
                Refuse(waiter, WaitOutcome.TimedOut);
        }
    }

    public void Cancel(Waiter waiter)
    {
        lock (_gate)
        {
            if (!waiter.IsQueued)
                return;
            Remove(waiter, WaitOutcome.Cancelled);
            waiter.Cancel();
        }
    }

    private bool TryAdd(Waiter waiter, TimeSpan timeout, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_line.Count >= options.MaxWaiters || (waiter.Peer is not null && _line.CountOf(waiter.Peer) >= options.MaxWaitersPerPeer))
                return false;
            _line.Add(waiter);
            Volatile.Write(ref _count, _line.Count);
            engine.CapacityListener = this;
            Statistics.Began(waiter.Shape.Kind);
            waiter.Start(this, timeProvider, timeout, cancellationToken);
            return true;
        }
    }

    /// <summary>Tries all that wait, in their turns. Of those that are alike, no more than one is refused.</summary>
    private void Pass()
    {
        lock (_gate)
        {
            HashSet<WaitShape> blocked = [];
            foreach (Waiter waiter in _line.InTurns())
            {
                if (!waiter.Shape.IsIn(blocked))
                    Try(waiter, blocked);
            }
        }
    }

    private void Try(Waiter waiter, HashSet<WaitShape> blocked)
    {
        try
        {
            if (waiter.Attempt())
                Grant(waiter);
            else if (waiter.MayHope)
                blocked.Add(waiter.Shape.WidenedBy(waiter.Refusal));
            else
                Refuse(waiter, WaitOutcome.Hopeless);
        }
        catch (OutOfMemoryException e)
        {
            Remove(waiter, WaitOutcome.Hopeless);
            waiter.Fail(e);
        }
    }

    private void Grant(Waiter waiter)
    {
        _line.EndTurn(waiter);
        Remove(waiter, WaitOutcome.Granted);
        waiter.Succeed();
    }

    private void Remove(Waiter waiter, WaitOutcome outcome)
    {
        _line.Remove(waiter);
        Volatile.Write(ref _count, _line.Count);
        if (_line.Count == 0)
            engine.CapacityListener = null;
        waiter.Stop();
        if (outcome != WaitOutcome.Granted)
            waiter.Abandon();
        Statistics.Ended(waiter.Shape.Kind, outcome, timeProvider.GetElapsedTime(waiter.Since));
    }

    private void Refuse(Waiter waiter, WaitOutcome outcome)
    {
        Remove(waiter, outcome);
        engine.Refusals.Count(waiter.Refusal);
        waiter.Fail(waiter.Refusal.ToException());
    }

    private ValueTask<T> Refuse<T>(Waiter<T> waiter, WaitOutcome outcome)
        where T : class
    {
        Statistics.Count(waiter.Shape.Kind, outcome);

        // One that came while others waited has not been tried yet.
        return waiter.Refusal.Reason == RefusalReason.None && waiter.Attempt() ? ValueTask.FromResult(waiter.Result) : Refuse(waiter);
    }

    private ValueTask<T> Refuse<T>(Waiter<T> waiter)
        where T : class
    {
        waiter.Abandon();
        engine.Refusals.Count(waiter.Refusal);
        return ValueTask.FromException<T>(waiter.Refusal.ToException());
    }
}
