namespace Rcmgr.Tool.Bench;

/// <summary>
/// The listening end, a process of its own: prints its address on one line and serves until its input ends; for each line of input it
/// prints the microseconds of processor time that it has used, or its memory if nothing limits it (idle connections are measured then), and
/// at the end what its manager has refused, a line each.
/// </summary>
internal static class BenchPeer
{
    public static async Task<int> RunAsync(BenchVariant variant, TextWriter output, CancellationToken cancellationToken)
    {
        await using BenchHost host = await BenchHost.StartAsync(variant, listens: true, cancellationToken);
        await output.WriteLineAsync(host.Host.ListenAddresses[0].ToString().AsMemory(), cancellationToken);
        await output.FlushAsync(cancellationToken);
        using CancellationTokenSource stop = InputEnd.CancelWith(cancellationToken, onLine: () => Tell(variant, host, output));
        await Task.Delay(Timeout.InfiniteTimeSpan, stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (string refusal in host.DescribeRefusals())
            await output.WriteLineAsync(refusal);
        return ExitCode.Success;
    }

    public static void TellProcessorTime(TextWriter output)
    {
        output.WriteLine(FormattableString.Invariant($"{(long)Environment.CpuUsage.TotalTime.TotalMicroseconds}"));
        output.Flush();
    }

    private static void Tell(BenchVariant variant, BenchHost host, TextWriter output)
    {
        if (variant.Manager != BenchManager.Unlimited)
        {
            TellProcessorTime(output);
            return;
        }

        output.WriteLine(MemoryUse.Measure(host.Host.ResourceManager).ToString());
        output.Flush();
    }
}
