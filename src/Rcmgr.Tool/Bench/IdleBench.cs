using Rcmgr.Libp2p.Multiaddr;
using Rcmgr.Libp2p.Transports.Quic;

namespace Rcmgr.Tool.Bench;

/// <summary>
/// Measures what idle connections take, at each end by itself: the dialing host lives in this process and the listening one in another.
/// </summary>
internal sealed class IdleBench(BenchStack stack, int connections, TextWriter progress)
{
    /// <summary>Connections before the first measurement: what the first ones cost is not the price of one more.</summary>
    private const int WarmUp = 200;

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public async Task<IdleResult> RunAsync(CancellationToken cancellationToken)
    {
        await progress.WriteLineAsync(FormattableString.Invariant($"{stack}: {connections} idle connections"));
        await using BenchLink link = await BenchLink.StartAsync(new BenchVariant(stack, BenchManager.Unlimited), cancellationToken);
        (MemoryUse dialing, MemoryUse listening) = await AddAsync(link, WarmUp, cancellationToken);
        (MemoryUse dialingAfter, MemoryUse listeningAfter) = await AddAsync(link, connections, cancellationToken);
        await link.StopAsync(cancellationToken);
        return new IdleResult(
            stack, connections, QuicOptions.Default.ConnectionWindow, End(dialingAfter - dialing), End(listeningAfter - listening));
    }

    private IdleEnd End(MemoryUse grown) => new(
        (double)grown.Resident / connections,
        (double)grown.Managed / connections,
        ((double)grown.Accounted / connections) - QuicOptions.Default.ConnectionWindow);

    private static async Task<(MemoryUse Dialing, MemoryUse Listening)> AddAsync(BenchLink link, int count, CancellationToken cancellationToken)
    {
        // An address with a peer in it would lead to the connection that there is.
        Multiaddress address = link.Address.WithoutPeer()!;
        for (int i = 0; i < count; i++)
            await link.Host.DialAsync(address, cancellationToken);
        MemoryUse dialing = MemoryUse.Measure(link.Host.ResourceManager);
        return (dialing, await ListeningAsync(link, dialing.Connections, cancellationToken));
    }

    /// <summary>What this end thinks done may still be a handshake at the other.</summary>
    private static async Task<MemoryUse> ListeningAsync(BenchLink link, long expected, CancellationToken cancellationToken)
    {
        using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        MemoryUse use;
        while ((use = await link.GetPeerMemoryAsync(patience.Token)).Connections != expected)
            await Task.Delay(Interval, patience.Token);
        return use;
    }
}
