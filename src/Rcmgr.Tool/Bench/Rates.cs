using System.Diagnostics;
using Rcmgr.Libp2p.Protocols;
using Rcmgr.Libp2p.Swarm;

namespace Rcmgr.Tool.Bench;

/// <summary>How often something can be done in a second, one after the other. A sample ends with the first round that outlasts it.</summary>
internal static class Rates
{
    /// <summary>Ping round trips on one open stream.</summary>
    public static async Task<BenchSample> PingAsync(BenchLink link, TimeSpan time, CancellationToken cancellationToken)
    {
        await using PeerStream stream = await link.Host.OpenStreamAsync(link.Peer, Ping.ProtocolId, cancellationToken);
        BenchSample sample = await CountAsync(
            link, time, async () => await Ping.RoundTripAsync(stream, cancellationToken), cancellationToken);
        await stream.CloseAsync(cancellationToken);
        return sample;
    }

    /// <summary>Streams that are opened, negotiated, pinged once and closed at both ends.</summary>
    public static Task<BenchSample> PingStreamAsync(BenchLink link, TimeSpan time, CancellationToken cancellationToken) =>
        CountAsync(link, time, async () =>
        {
            await using PeerStream stream = await link.Host.OpenStreamAsync(link.Peer, Ping.ProtocolId, cancellationToken);
            await Ping.RoundTripAsync(stream, cancellationToken);
            await stream.CloseAsync(cancellationToken);
        }, cancellationToken);

    /// <summary>
    /// Connections that are made, up to the agreed muxer, and closed. Over QUIC each is pinged once: the dialing end is done before the
    /// other one has judged its certificate, and would close what was never accepted. Leaves the link connected.
    /// </summary>
    public static Task<BenchSample> HandshakeAsync(BenchLink link, TimeSpan time, CancellationToken cancellationToken) =>
        CountAsync(link, time, async () =>
        {
            await link.Host.ClosePeerAsync(link.Peer, cancellationToken);
            await link.Host.DialAsync(link.Address, cancellationToken);
            if (link.Variant.Stack.IsQuic)
                await link.Host.PingAsync(link.Peer, cancellationToken);
        }, cancellationToken);

    private static async Task<BenchSample> CountAsync(BenchLink link, TimeSpan time, Func<Task> round, CancellationToken cancellationToken)
    {
        TimeSpan processorTime = await link.GetProcessorTimeAsync(cancellationToken);
        long start = Stopwatch.GetTimestamp();
        int rounds = 0;
        TimeSpan elapsed;
        do
        {
            await round();
            rounds++;
            elapsed = Stopwatch.GetElapsedTime(start);
        }
        while (elapsed < time);
        return new BenchSample(rounds, elapsed, await link.GetProcessorTimeAsync(cancellationToken) - processorTime);
    }
}
