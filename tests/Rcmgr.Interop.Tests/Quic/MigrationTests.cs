using System.Net;
using Rcmgr.Libp2p.Identity;
using Rcmgr.Libp2p.Swarm;
using Rcmgr.Libp2p.Transports.Quic;

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

        Task transfer = EchoClient.EchoAsync(client.Host, peer, streams: 4, bytesPerStream: 512 * 1024);
        // Nobody can follow a client that has nothing to say.
        while (!transfer.IsCompleted)
        {
            await client.Host.PingAsync(peer, TestContext.Current.CancellationToken);
            await Task.Delay(TimeSpan.FromMilliseconds(20), TestContext.Current.CancellationToken);
        }

        await transfer;
        TestContext.Current.TestOutputHelper?.WriteLine($"{relay.Rebindings} rebindings");
        Assert.InRange(relay.Rebindings, 3, int.MaxValue);
        await client.Host.ClosePeerAsync(peer, TestContext.Current.CancellationToken);
        await client.ComesToHoldNothingAsync();
        await server.ComesToHoldNothingAsync();
    }

    /// <summary>
    /// The server may send little to a port that is not proven. When it has used that up in vain it must not forget that what it sent was
    /// lost: its side of the connection would be silent for good.
    /// </summary>
    [Fact]
    public async Task A_transfer_survives_a_network_that_goes_dark_when_the_clients_port_changes()
    {
        QuicAvailability.Require();
        await using EngineScene server = new();
        // Nobody can follow a client that has nothing to say.
        await using EngineScene client = new(QuicOptions.Default with { KeepAliveInterval = TimeSpan.FromSeconds(1) });
        IPEndPoint listening = await server.ListenAsync();
        UdpRelay[] relays = [.. Enumerable.Range(20, 8).Select(tens => new UdpRelay(listening, new RelayFaults { DarkAfter = 10 * tens }))];
        using CancellationTokenSource deadline = new(Eventually.Deadline);

        try
        {
            await Task.WhenAll(relays.Select(relay => client.EchoAsync(relay.EndPoint, streams: 4, bytes: 512 * 1024, deadline.Token)));

            Assert.All(relays, relay => Assert.Equal(1, relay.Rebindings));
            await TestHost.ComesToHoldNothingAsync(client.Manager);
            await TestHost.ComesToHoldNothingAsync(server.Manager);
        }
        finally
        {
            foreach (UdpRelay relay in relays)
                await relay.DisposeAsync();
        }
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
