namespace Rcmgr.Libp2p.Transports.Quic.Ngtcp2;

/// <summary>Something to do on the loop's thread.</summary>
internal interface ILoopWork
{
    /// <summary>
    /// Does it. After the loop has ended it runs on any thread, when every connection is over already and so nothing native is left to
    /// be called.
    /// </summary>
    void Run();
}

/// <summary>Work with an outcome that somebody awaits.</summary>
internal sealed class LoopCall<T>(Func<T> function) : ILoopWork
{
    private readonly TaskCompletionSource<T> _outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<T> Outcome => _outcome.Task;

    public void Run()
    {
        try
        {
            _outcome.TrySetResult(function());
        }
        catch (Exception e)
        {
            _outcome.TrySetException(e);
        }
    }
}
