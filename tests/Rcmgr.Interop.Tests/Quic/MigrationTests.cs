using System.Net;
using Rcmgr.Libp2p.Identity;
using Rcmgr.Libp2p.Swarm;

namespace Rcmgr.Interop.Tests.Quic;

/// <summary>Clients whose address changes under a connection.</summary>
public sealed class MigrationTests
{
    [Theory]
    [InlineData("/ip4/127.0.0.1/udp/0/quic-v1")]
    [InlineData("/ip6/::1/udp/0/quic-v1")]
    public async Task A_transfer_survives_a_nat_that_changes_the_clients_port(string listen)
    {
        QuicAvailability.Require();
        await using TestHost server = await QuicHosts.StartAsync(listen: listen);
        await using TestHost client = await QuicHosts.StartAsync();
        await using UdpRelay relay = new(server.EndPoint(), new RelayFaults { RebindEvery = 150 });
        PeerId peer = await client.Host.DialAsync(server.Through(relay), TestContext.Current.CancellationToken);

        await EchoClient.EchoAsync(client.Host, peer, streams: 4, bytesPerStream: 512 * 1024);

        TestContext.Current.TestOutputHelper?.WriteLine($"{relay.Rebindings} rebindings");
        Assert.InRange(relay.Rebindings, 3, int.MaxValue);
        await client.Host.ClosePeerAsync(peer, TestContext.Current.CancellationToken);
        await client.ComesToHoldNothingAsync();
        await server.ComesToHoldNothingAsync();
    }

    [Fact]
    public async Task A_new_port_neither_frees_nor_takes_a_place_of_its_address()
    {
        QuicAvailability.Require();
        CancellationToken ct = TestContext.Current.CancellationToken;
        await using TestHost server = await StartForOneAsync();
        await using TestHost client = await QuicHosts.StartAsync();
        await using TestHost second = await QuicHosts.StartAsync();
        await using TestHost third = await QuicHosts.StartAsync();
        await using UdpRelay relay = new(server.EndPoint(), new RelayFaults());
        PeerId peer = await client.Host.DialAsync(server.Through(relay), ct);
        await client.Host.PingAsync(peer, ct);

        relay.Rebind();
        await client.Host.PingAsync(peer, ct);

        DialFailedException refused = await Assert.ThrowsAsync<DialFailedException>(() => second.Host.DialAsync(server.Address, ct));
        Assert.Contains("transport error 0x2", refused.Message, StringComparison.Ordinal);
        await client.Host.ClosePeerAsync(peer, ct);
        await server.ComesToHoldNothingAsync();
        await third.Host.PingAsync(await third.Host.DialAsync(server.Address, ct), ct);
        await third.Host.ClosePeerAsync(peer, ct);
        await server.ComesToHoldNothingAsync();
    }

    [Fact]
    public async Task A_connection_does_not_follow_its_remote_to_another_address()
    {
        QuicAvailability.Require();
        CancellationToken ct = TestContext.Current.CancellationToken;
        await using TestHost server = await QuicHosts.StartAsync();
        await using TestHost client = await QuicHosts.StartAsync();
        await using UdpRelay relay = new(server.EndPoint(), new RelayFaults());
        PeerId peer = await client.Host.DialAsync(server.Through(relay), ct);
        await client.Host.PingAsync(peer, ct);

        relay.MoveTo(IPAddress.Parse("127.0.0.2"));
        Task<TimeSpan> ping = client.Host.PingAsync(peer, ct);
        await Eventually.HoldsAsync(() => relay.SentAway >= 4, () => $"the client sent {relay.SentAway} datagrams");

        Assert.False(ping.IsCompleted);
        Assert.Equal(0, relay.AnsweredAway);
        relay.Return();
        await ping;
        await client.Host.ClosePeerAsync(peer, ct);
        await server.ComesToHoldNothingAsync();
        await client.ComesToHoldNothingAsync();
    }

    /// <summary>A host that takes one connection of each address, loopback included.</summary>
    private static Task<TestHost> StartForOneAsync() => QuicHosts.StartAsync(configure: options => options with
    {
        ResourceManager = new ResourceManager(new ResourceManagerOptions
        {
            Limits = TestHost.DefaultLimits,
            ConnectionLimits = ConnectionLimits.Default with { ExemptLoopback = false, SubnetsIPv4 = [new SubnetLimit(32, 1)] },
        }),
    });
}
