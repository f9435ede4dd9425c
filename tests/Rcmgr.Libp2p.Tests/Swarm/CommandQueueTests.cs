using Microsoft.Extensions.Logging.Abstractions;
using Rcmgr.Libp2p.Identity;
using Rcmgr.Libp2p.Security.Noise;
using Rcmgr.Libp2p.Swarm;
using Rcmgr.Libp2p.Transports;

namespace Rcmgr.Libp2p.Tests.Swarm;

/// <summary>The bounds of what waits: commands and events.</summary>
public sealed class CommandQueueTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_full_queue_refuses_at_once_and_goes_on_later()
    {
        using HostIdentity identity = HostIdentity.Generate();
        await using HostSwarm swarm = Create(identity, capacity: 2);
        Task<bool> first = swarm.ClosePeerAsync(identity.PeerId, 0, Ct);
        Task<bool> second = swarm.ClosePeerAsync(identity.PeerId, 0, Ct);

        await Assert.ThrowsAsync<CommandQueueFullException>(() => swarm.ClosePeerAsync(identity.PeerId, 0, Ct));
        swarm.Start();

        Assert.False(await first);
        Assert.False(await second);
        Assert.False(await swarm.ClosePeerAsync(identity.PeerId, 0, Ct));
    }

    [Fact]
    public async Task Commands_that_wait_when_the_host_stops_fail()
    {
        using HostIdentity identity = HostIdentity.Generate();
        await using HostSwarm swarm = Create(identity, capacity: 2);
        Task<bool> waiting = swarm.ClosePeerAsync(identity.PeerId, 0, Ct);

        await swarm.StopAsync();

        await Assert.ThrowsAsync<HostStoppedException>(() => waiting);
    }

    [Fact]
    public void Events_nobody_reads_make_room_for_newer_ones_and_are_counted()
    {
        SwarmEventQueue queue = new(capacity: 2);
        ListeningEvent[] events = [.. Enumerable.Range(1, 5).Select(
            port => new ListeningEvent(Libp2p.Multiaddr.Multiaddress.Parse($"/ip4/127.0.0.1/tcp/{port}")))];

        foreach (ListeningEvent occurred in events)
            queue.Publish(occurred);

        Assert.Equal(3, queue.Dropped);
        Assert.True(queue.Reader.TryRead(out SwarmEvent? oldest));
        Assert.Equal(events[3], oldest);
    }

    private static HostSwarm Create(HostIdentity identity, int capacity)
    {
        Libp2pHostOptions options = new()
        {
            Identity = identity,
            ResourceManager = new ResourceManager(ResourceManagerLimits.Infinite),
            CommandQueueCapacity = capacity,
        };
        ConnectionUpgrader upgrader = new(
            [new NoiseProtocol(identity, [])], options.HandshakeTimeout, options.TimeProvider, NullLogger.Instance);
        return new HostSwarm(
            options, upgrader, new SwarmContext(options, options.ResourceManager, [], new SwarmEventQueue(16), NullLogger.Instance));
    }
}
