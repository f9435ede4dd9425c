using Microsoft.Extensions.Hosting;

namespace Rcmgr.Hosting;

/// <summary>Lets the reloader look for changes as long as the host runs.</summary>
internal sealed class LimitsReloadService(LimitsReloader reloader, TimeProvider? time = null) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!reloader.CurrentOptions.Reload)
            return;

        using PeriodicTimer timer = new(reloader.CurrentOptions.CheckInterval, time ?? TimeProvider.System);
        while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false))
            reloader.Check();
    }
}
