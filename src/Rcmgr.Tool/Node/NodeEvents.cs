using Rcmgr.Libp2p;
using Rcmgr.Libp2p.Swarm;

namespace Rcmgr.Tool.Node;

/// <summary>
/// Prints what happens to a node: connections as they come and go, up to a rate, and refusals once a second in sum, so that a
/// flood of connections is no flood of output.
/// </summary>
internal sealed class NodeEvents(Libp2pHost host, NodeOutput output, TimeProvider time)
{
    private const int MaxLinesPerSecond = 50;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly RefusalDeltas _refusals = new();
    private int _lines;
    private long _skipped;

    /// <summary>Prints until the host has stopped.</summary>
    public async Task RunAsync()
    {
        using CancellationTokenSource over = new();
        Task summing = SumUpAsync(over.Token);
        await foreach (SwarmEvent happened in host.Events.ReadAllAsync(CancellationToken.None))
            Print(happened);

        await over.CancelAsync();
        await summing;
        PrintSums();
    }

    private void Print(SwarmEvent happened)
    {
        if (happened is not (ConnectionOpenedEvent or ConnectionClosedEvent))
            return;

        if (Interlocked.Increment(ref _lines) > MaxLinesPerSecond)
        {
            Interlocked.Increment(ref _skipped);
            return;
        }

        if (happened is ConnectionOpenedEvent opened)
            output.Connected(opened);
        else if (happened is ConnectionClosedEvent closed)
            output.Disconnected(closed);
    }

    private async Task SumUpAsync(CancellationToken over)
    {
        using PeriodicTimer timer = new(Interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(over))
                PrintSums();
        }
        catch (OperationCanceledException)
        {
            // The host has stopped; the last sums follow.
        }
    }

    private void PrintSums()
    {
        Interlocked.Exchange(ref _lines, 0);
        foreach (RefusalCount refused in _refusals.Next(host.ResourceManager.GetRefusalCounts()))
            output.Refused(refused);

        long skipped = Interlocked.Exchange(ref _skipped, 0);
        if (skipped > 0)
            output.Skipped(skipped);
    }
}
