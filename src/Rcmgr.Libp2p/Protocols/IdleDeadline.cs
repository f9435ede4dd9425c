namespace Rcmgr.Libp2p.Protocols;

/// <summary>Cancels its token when nothing has happened for a while, or when the caller cancels. Not for concurrent use.</summary>
internal sealed class IdleDeadline : IDisposable
{
    private readonly CancellationTokenSource _idle;
    private readonly CancellationTokenSource _either;
    private readonly TimeSpan _limit;

    public IdleDeadline(TimeSpan limit, TimeProvider time, CancellationToken cancellationToken)
    {
        _limit = limit;
        _idle = new CancellationTokenSource(limit, time);
        _either = CancellationTokenSource.CreateLinkedTokenSource(_idle.Token, cancellationToken);
    }

    public CancellationToken Token => _either.Token;

    public bool HasExpired => _idle.IsCancellationRequested;

    /// <summary>Something happened: the whole time is granted again.</summary>
    public void Restart() => _idle.CancelAfter(_limit);

    public void Dispose()
    {
        _either.Dispose();
        _idle.Dispose();
    }
}
