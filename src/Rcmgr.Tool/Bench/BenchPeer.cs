namespace Rcmgr.Tool.Bench;

/// <summary>
/// The listening end, a process of its own: prints its address on one line, serves until its input ends, then prints how much its
/// manager has refused.
/// </summary>
internal static class BenchPeer
{
    public static async Task<int> RunAsync(BenchVariant variant, TextWriter output, CancellationToken cancellationToken)
    {
        using CancellationTokenSource stop = InputEnd.CancelWith(cancellationToken);
        await using BenchHost host = await BenchHost.StartAsync(variant, listens: true, cancellationToken);
        await output.WriteLineAsync(host.Host.ListenAddresses[0].ToString().AsMemory(), cancellationToken);
        await output.FlushAsync(cancellationToken);
        await Task.Delay(Timeout.InfiniteTimeSpan, stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await output.WriteLineAsync(FormattableString.Invariant($"{host.Refusals}"));
        return ExitCode.Success;
    }
}
