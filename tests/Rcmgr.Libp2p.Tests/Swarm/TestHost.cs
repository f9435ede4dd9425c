using Rcmgr.Libp2p.Identity;
using Rcmgr.Libp2p.Multiaddr;
using Rcmgr.Libp2p.Muxing;
using Rcmgr.Libp2p.Security.Noise;
using Rcmgr.Libp2p.Swarm;

namespace Rcmgr.Libp2p.Tests.Swarm;

/// <summary>A host on a free loopback port with its own manager; checks at its end that nothing is held.</summary>
internal sealed class TestHost : IAsyncDisposable
{
    private readonly HostIdentity _identity;

    private TestHost(HostIdentity identity, ResourceManager manager, Libp2pHost host)
    {
        _identity = identity;
        Manager = manager;
        Host = host;
    }

    public static ResourceManagerLimits Unlimited => ResourceManagerLimits.Infinite;

    /// <summary>What an idle Noise connection is charged with: the buffers of its security and of its muxer.</summary>
    public static long ConnectionBytes => NoiseProtocol.TransportBufferBytes + YamuxOptions.Default.SessionBufferBytes;

    public ResourceManager Manager { get; }

    public Libp2pHost Host { get; }

    public PeerId PeerId => Host.PeerId;

    public Multiaddress Address => Host.ListenAddresses[0];

    public static async Task<TestHost> StartAsync(
        ResourceManagerLimits? limits = null,
        Func<Libp2pHostOptions, Libp2pHostOptions>? configure = null,
        ConnectionLimits? connectionLimits = null)
    {
        HostIdentity identity = HostIdentity.Generate();
        ResourceManager manager = new(new ResourceManagerOptions
        {
            Limits = limits ?? Unlimited,
            ConnectionLimits = connectionLimits ?? ConnectionLimits.None,
        });
        Libp2pHostOptions options = new()
        {
            Identity = identity,
            ResourceManager = manager,
            ListenAddresses = [Multiaddress.Parse("/ip4/127.0.0.1/tcp/0")],
        };
        Libp2pHost host = await Libp2pHost.StartAsync(configure?.Invoke(options) ?? options, TestContext.Current.CancellationToken);
        return new TestHost(identity, manager, host);
    }

    public Task<PeerId> DialAsync(TestHost other) => Host.DialAsync(other.Address, TestContext.Current.CancellationToken);

    public Task<PeerStream> OpenAsync(TestHost other, string protocol) =>
        Host.OpenStreamAsync(other.PeerId, protocol, TestContext.Current.CancellationToken);

    /// <summary>The next event of the given kind; others before it are skipped.</summary>
    public async Task<T> NextEventAsync<T>()
        where T : SwarmEvent
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(TimeSpan.FromSeconds(20));
        while (true)
        {
            if (await Host.Events.ReadAsync(deadline.Token) is T wanted)
                return wanted;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        await Eventually.HoldsNothingAsync(Manager);
        _identity.Dispose();
    }
}
