using System.Threading.Tasks.Sources;

namespace Rcmgr.Libp2p.Muxing;

/// <summary>
/// A wait that is used again and again without allocation. Its owner decides under its own lock who completes it, exactly once per
/// <see cref="Start"/>; continuations never run on the completing thread, so completing under a lock is safe.
/// </summary>
internal sealed class PendingOperation<T> : IValueTaskSource<T>, IValueTaskSource
{
    private ManualResetValueTaskSourceCore<T> _core = new() { RunContinuationsAsynchronously = true };
    private CancellationTokenRegistration _registration;

    /// <summary>Begins a wait and returns its token.</summary>
    public short Start()
    {
        _core.Reset();
        return _core.Version;
    }

    /// <summary>Calls <paramref name="onCancel"/> if the token is cancelled before the result is taken.</summary>
    public void CancelWith(Action<object?, CancellationToken> onCancel, object state, CancellationToken cancellationToken)
    {
        if (cancellationToken.CanBeCanceled)
            _registration = cancellationToken.UnsafeRegister(onCancel, state);
    }

    public void Complete(T result) => _core.SetResult(result);

    public void Fail(Exception error) => _core.SetException(error);

    public T GetResult(short token)
    {
        // Waits for a callback under way, so that a late one can never touch the next wait.
        _registration.Dispose();
        _registration = default;
        return _core.GetResult(token);
    }

    public ValueTaskSourceStatus GetStatus(short token) => _core.GetStatus(token);

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);

    void IValueTaskSource.GetResult(short token) => GetResult(token);
}
