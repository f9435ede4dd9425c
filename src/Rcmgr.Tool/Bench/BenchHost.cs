using Rcmgr.Libp2p;
using Rcmgr.Libp2p.Identity;
using Rcmgr.Libp2p.Protocols;

namespace Rcmgr.Tool.Bench;

/// <summary>A host of one variant with a fresh identity; the same at both ends.</summary>
internal sealed class BenchHost : IAsyncDisposable
{
    private readonly HostIdentity _identity;

    private BenchHost(HostIdentity identity, Libp2pHost host)
    {
        _identity = identity;
        Host = host;
    }

    public Libp2pHost Host { get; }

    /// <summary>What the manager refused so far, a line each: a benchmark in which anything was refused has measured something else.</summary>
    public IReadOnlyList<string> DescribeRefusals() => [.. Host.ResourceManager.GetRefusalCounts().Where(count => count.Count > 0).Select(Describe)];

    public static async Task<BenchHost> StartAsync(BenchVariant variant, bool listens, CancellationToken cancellationToken)
    {
        HostIdentity identity = HostIdentity.Generate();
        Libp2pHost host = await Libp2pHost.StartAsync(
            new Libp2pHostOptions
            {
                Identity = identity,
                ResourceManager = CreateManager(variant.Manager),
                ListenAddresses = listens ? [variant.Stack.ListenAddress] : [],
                SecurityProtocols = [variant.Stack.SecurityProtocol],
                QuicEngine = variant.Stack.QuicEngine,
                Handlers = [new SinkHandler(TimeProvider.System)],
            },
            cancellationToken);
        return new BenchHost(identity, host);
    }

    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        _identity.Dispose();
    }

    private static string Describe(RefusalCount refused) => FormattableString.Invariant(
        $"{refused.Count} x {refused.Scope} {refused.Resource} {refused.Direction?.ToString() ?? "total"} ({refused.Reason})");

    private static ResourceManager CreateManager(BenchManager manager) => manager switch
    {
        BenchManager.Default => new ResourceManager(ScalingLimits.DefaultWithServices.AutoScale().Limits),
        BenchManager.Unlimited => new ResourceManager(ResourceManagerLimits.Infinite),
        _ => ResourceManager.CreateNull(),
    };
}
