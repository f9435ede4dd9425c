namespace Rcmgr.Tool.Demo.Attacks;

/// <summary>What attacks share: many workers, each trying again until its time or its count is over.</summary>
internal static class AttackLoop
{
    private const int MaxAttemptsPerWorker = 500;

    /// <summary>Runs <paramref name="attempt"/> again and again on each worker; a failed attempt is followed by a short pause.</summary>
    public static Task RunAsync(int workers, Func<CancellationToken, Task> attempt, CancellationToken cancellationToken) =>
        Task.WhenAll(Enumerable.Range(0, workers).Select(_ => WorkAsync(attempt, cancellationToken)));

    private static async Task WorkAsync(Func<CancellationToken, Task> attempt, CancellationToken cancellationToken)
    {
        for (int i = 0; i < MaxAttemptsPerWorker && !cancellationToken.IsCancellationRequested; i++)
        {
            try
            {
                await attempt(cancellationToken);
            }
            catch (Exception e) when (Failure.IsOfConnection(e))
            {
                await Task.Delay(TimeSpan.FromMilliseconds(20), CancellationToken.None);
            }
        }
    }
}
