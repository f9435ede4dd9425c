using System.Globalization;
using Rcmgr.Libp2p;
using Rcmgr.Libp2p.Identity;
using Rcmgr.Libp2p.Multiaddr;
using Rcmgr.Tool.Demo;

namespace Rcmgr.Tool.Bench;

/// <summary>A host in this process, connected to its listening counterpart in another.</summary>
internal sealed class BenchLink : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly BenchHost _host;
    private readonly ToolProcess _peer;

    private BenchLink(BenchVariant variant, BenchHost host, ToolProcess peer, Multiaddress address)
    {
        Variant = variant;
        _host = host;
        _peer = peer;
        Address = address;
    }

    public BenchVariant Variant { get; }

    public Libp2pHost Host => _host.Host;

    public Multiaddress Address { get; }

    public PeerId Peer => Address.PeerId!;

    public static async Task<BenchLink> StartAsync(BenchVariant variant, CancellationToken cancellationToken)
    {
        ToolProcess peer = ToolProcess.Start(
            "bench-peer", "--transport", variant.Stack.Transport, "--security", variant.Stack.Security, "--manager", variant.Manager.ToString());
        BenchHost? host = null;
        try
        {
            string line = await peer.ReadLineAsync(Patience, cancellationToken);
            if (!Multiaddress.TryParse(line, out Multiaddress? address))
                throw new IOException($"The listening process said '{line}' instead of its address. {peer.Errors}");
            host = await BenchHost.StartAsync(variant, listens: false, cancellationToken);
            await host.Host.DialAsync(address, cancellationToken);
            return new BenchLink(variant, host, peer, address);
        }
        catch
        {
            if (host is not null)
                await host.DisposeAsync();
            await peer.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// The processor time that this process and the other have used. Only one link of this process may be busy. The other is asked,
    /// because it knows its time to the microsecond and the system tells others only whole ticks of 10 ms.
    /// </summary>
    public async Task<TimeSpan> GetProcessorTimeAsync(CancellationToken cancellationToken)
    {
        await _peer.AskAsync(cancellationToken);
        return Environment.CpuUsage.TotalTime + TimeSpan.FromMicroseconds(Number(await _peer.ReadLineAsync(Patience, cancellationToken)));
    }

    /// <summary>The memory of the other process, which counts it if its manager is <see cref="BenchManager.Unlimited"/>.</summary>
    public async Task<MemoryUse> GetPeerMemoryAsync(CancellationToken cancellationToken)
    {
        await _peer.AskAsync(cancellationToken);
        return MemoryUse.Parse(await _peer.ReadLineAsync(Patience, cancellationToken));
    }

    /// <summary>Stops both ends.</summary>
    /// <returns>What the managers of both ends have refused, and which end.</returns>
    /// <exception cref="IOException">The other process did not end as it should.</exception>
    public async Task<IReadOnlyList<string>> StopAsync(CancellationToken cancellationToken)
    {
        await Host.StopAsync(cancellationToken);
        if (!await _peer.StopAsync(Patience) || _peer.ExitCode != ExitCode.Success)
            throw new IOException("The listening process did not stop by itself: " + _peer.Errors);
        List<string> refusals = [.. _host.DescribeRefusals().Select(refusal => $"{Variant.Stack}, dialing end: {refusal}")];
        await foreach (string refusal in _peer.Lines.ReadAllAsync(cancellationToken))
            refusals.Add($"{Variant.Stack}, listening end: {refusal}");
        return refusals;
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        await _peer.DisposeAsync();
    }

    private static long Number(string text) => long.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);
}
