using Microsoft.Extensions.Logging;

namespace Rcmgr.Libp2p.Swarm;

/// <summary>
/// The operations somebody has started and waits for at the end. A fault of one is logged and harms no other. Safe for use from many
/// threads.
/// </summary>
internal sealed partial class OwnedTasks(ILogger logger)
{
    private readonly Lock _gate = new();
    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _running;
    private bool _completed;

    /// <summary>Operations that run now.</summary>
    public int Running
    {
        get
        {
            lock (_gate)
                return _running;
        }
    }

    /// <summary>Starts <paramref name="operation"/>; false, and nothing started, after <see cref="CompleteAsync"/>.</summary>
    public bool TryRun(Func<Task> operation)
    {
        lock (_gate)
        {
            if (_completed)
                return false;
            _running++;
        }

        _ = RunAsync(operation);
        return true;
    }

    /// <summary>Takes no more operations, and completes when the last one has.</summary>
    public Task CompleteAsync()
    {
        lock (_gate)
        {
            _completed = true;
            if (_running == 0)
                _drained.TrySetResult();
        }

        return _drained.Task;
    }

    private async Task RunAsync(Func<Task> operation)
    {
        try
        {
            await operation();
        }
        catch (Exception e)
        {
            LogFailed(logger, e);
        }

        lock (_gate)
        {
            if (--_running == 0 && _completed)
                _drained.TrySetResult();
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "An operation of the swarm failed")]
    private static partial void LogFailed(ILogger logger, Exception error);
}
