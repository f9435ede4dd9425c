using System.Diagnostics;
using System.Globalization;

namespace Rcmgr.Tool.Soak;

/// <summary>
/// Runs many operations of every kind at once on one manager with everything switched on, watches it meanwhile, and looks at what is
/// left in the end.
/// </summary>
internal sealed class SoakRunner(SoakSettings settings, Func<ResourceManagerOptions, ResourceManager> createManager)
{
    // The usual limits are in force for the last tenth of the operations, so that the end finds what these have left.
    private const double ChangingPart = 0.9;

    private static readonly TimeSpan ProgressPause = TimeSpan.FromSeconds(5);

    private readonly SoakState _state = new(settings);

    /// <returns>What was found; null when everything held.</returns>
    public async Task<string?> RunAsync(TextWriter progress, CancellationToken cancellationToken)
    {
        long before = GC.GetTotalMemory(forceFullCollection: true);
        SoakLimits limits = new(settings.Threads);
        using ResourceManager manager = createManager(Options(limits));
        await RunThreadsAsync(manager, limits, progress, cancellationToken);
        return _state.Fault ?? SoakEnd.FindFault(manager, limits) ?? FindGrowth(before);
    }

    /// <summary>What was done, in one line.</summary>
    public string Describe() => string.Create(
        CultureInfo.InvariantCulture,
        $"{_state.Done:N0} operations, {_state.Refusals:N0} refused, {_state.Snapshots:N0} snapshots, {_state.LimitChanges:N0} changes of limits, {_state.Readings:N0} readings");

    private static ResourceManagerOptions Options(SoakLimits limits) => new()
    {
        Limits = limits.Usual,
        ConnectionLimits = SoakLimits.ByAddress,
        LeakTracking = new LeakTrackingOptions { MaxStackFrames = 0 },
    };

    private async Task RunThreadsAsync(ResourceManager manager, SoakLimits limits, TextWriter progress, CancellationToken cancellationToken)
    {
        SoakOracle oracle = new(limits, settings.Threads);
        ScopePool pool = new(manager, SoakPeers.Shared, SoakLimits.Groups, SoakLimits.Addresses, Direction.Outbound);
        SoakWorker[] workers =
            [.. Enumerable.Range(0, settings.Threads).Select(thread => new SoakWorker(manager, _state, oracle, pool, thread, NewRandom(thread)))];
        using CancellationTokenSource finished = new();
        using CancellationTokenRegistration stop = cancellationToken.Register(() => _state.Report("it was cancelled"));
        Task others = Task.WhenAll(
            Task.Run(() => new SoakWatcher(manager, _state, limits, NewRandom(-1)).RunAsync(MayChange, finished.Token), CancellationToken.None),
            Task.Run(() => new SoakReader(manager, _state, limits, pool, NewRandom(-2)).RunAsync(finished.Token), CancellationToken.None),
            ReportAsync(progress, finished.Token));
        await Task.WhenAll(workers.Select(worker => Task.Factory.StartNew(
            () => worker.Run(settings.Operations / settings.Threads + 1),
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default)));
        await Task.WhenAll(workers.Select(worker => worker.FinishAsync()));
        await finished.CancelAsync();
        await others;
        pool.DisposeAll();
    }

    private Random NewRandom(int who) => new(unchecked(settings.Seed * 31 + who));

    private bool MayChange() => _state.Done < settings.Operations * ChangingPart;

    private async Task ReportAsync(TextWriter progress, CancellationToken finished)
    {
        long start = Stopwatch.GetTimestamp();
        using PeriodicTimer timer = new(ProgressPause);
        try
        {
            while (await timer.WaitForNextTickAsync(finished))
                await progress.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{Stopwatch.GetElapsedTime(start).TotalSeconds:N0} s: {Describe()}"));
        }
        catch (OperationCanceledException)
        {
            // All threads have finished.
        }
    }

    private string? FindGrowth(long before)
    {
        long growth = GC.GetTotalMemory(forceFullCollection: true) - before;
        return growth <= settings.MostGrowth ? null : string.Create(CultureInfo.InvariantCulture, $"{growth:N0} bytes of memory are in use that were not at the start");
    }
}
