namespace Rcmgr.Libp2p.Transports;

/// <summary>A token that fires when its time is over or when the owner's token does, and knows which it was.</summary>
internal sealed class Deadline : IDisposable
{
    private readonly CancellationTokenSource _timer;
    private readonly CancellationTokenSource _either;
    private readonly CancellationToken _owner;

    public Deadline(TimeSpan timeout, TimeProvider time, CancellationToken owner)
    {
        _owner = owner;
        _timer = new CancellationTokenSource(timeout, time);
        _either = CancellationTokenSource.CreateLinkedTokenSource(owner, _timer.Token);
    }

    public CancellationToken Token => _either.Token;

    /// <summary>Whether the time is over, and not the owner's patience.</summary>
    public bool IsExpired => _timer.IsCancellationRequested && !_owner.IsCancellationRequested;

    public void Dispose()
    {
        _either.Dispose();
        _timer.Dispose();
    }
}
