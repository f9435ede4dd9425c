using System.Net;
using Rcmgr.Libp2p;
using Rcmgr.Libp2p.Identity;
using Rcmgr.Libp2p.Multiaddr;

namespace Rcmgr.Interop.Tests.Hosts;

/// <summary>A guarded host on a free loopback port, and what its manager says.</summary>
internal sealed class TestHost : IAsyncDisposable
{
    private readonly HostIdentity _identity;

    private TestHost(HostIdentity identity, Libp2pHost host)
    {
        _identity = identity;
        Host = host;
    }

    public Libp2pHost Host { get; }

    public ResourceManager Manager => Host.ResourceManager;

    public Multiaddress Address => Host.ListenAddresses[0];

    public IPEndPoint EndPoint => Address.TryGetTcpEndPoint(out IPEndPoint? endPoint)
        ? endPoint
        : throw new InvalidOperationException($"{Address} is not of TCP.");

    /// <summary>Starts a host with the limits that this machine gets by default, or with those given.</summary>
    public static async Task<TestHost> StartAsync(
        ResourceManagerLimits? limits = null, Func<Libp2pHostOptions, Libp2pHostOptions>? configure = null)
    {
        HostIdentity identity = HostIdentity.Generate();
        Libp2pHostOptions options = new()
        {
            Identity = identity,
            ResourceManager = new ResourceManager(limits ?? DefaultLimits),
            ListenAddresses = [Multiaddress.Parse("/ip4/127.0.0.1/tcp/0")],
        };
        Libp2pHost host = await Libp2pHost.StartAsync(configure?.Invoke(options) ?? options, TestContext.Current.CancellationToken);
        return new TestHost(identity, host);
    }

    /// <summary>What a host of this size of machine is held to when nobody configures anything.</summary>
    public static ResourceManagerLimits DefaultLimits { get; } =
        ScalingLimits.DefaultWithServices.Scale(memory: 4L << 30, fileDescriptors: 65_536);

    /// <summary>Fails unless every scope of the manager comes to hold nothing, and nothing was ever released twice.</summary>
    public Task ComesToHoldNothingAsync() => ComesToHoldNothingAsync(Manager);

    /// <summary>The same for a manager without a host.</summary>
    public static async Task ComesToHoldNothingAsync(ResourceManager manager)
    {
        await Eventually.HoldsAsync(() => Holding(manager).Count == 0, () => string.Join(Environment.NewLine, Holding(manager)));
        Assert.Equal(0, manager.AccountingFaults);
    }

    /// <summary>Stops the host. May be called again.</summary>
    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        _identity.Dispose();
    }

    private static List<string> Holding(ResourceManager manager) =>
        [.. manager.TakeSnapshot().Scopes.Where(scope => !scope.Use.IsZero).Select(scope => $"{scope.Name} holds {scope.Use}")];
}
