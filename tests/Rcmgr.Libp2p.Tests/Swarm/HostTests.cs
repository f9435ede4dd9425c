using Rcmgr.Libp2p.Protocols;
using Rcmgr.Libp2p.Swarm;

namespace Rcmgr.Libp2p.Tests.Swarm;

/// <summary>Two hosts that get along.</summary>
public sealed class HostTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("/noise")]
    [InlineData("/tls/1.0.0")]
    public async Task Streams_carry_bytes_end_to_end(string security)
    {
        await using TestHost server = await TestHost.StartAsync();
        await using TestHost client = await TestHost.StartAsync(configure: options => options with { SecurityProtocols = [security] });

        Assert.Equal(server.PeerId, await client.DialAsync(server));
        Assert.True(await client.Host.PingAsync(server.PeerId, Ct) > TimeSpan.Zero);

        byte[] sent = [.. Enumerable.Range(0, 100_000).Select(i => (byte)i)];
        await using PeerStream stream = await client.OpenAsync(server, EchoHandler.Protocol);
        Task writing = Task.Run(
            async () =>
            {
                await stream.Stream.WriteAsync(sent, Ct);
                await stream.CloseWriteAsync(Ct);
            },
            Ct);
        using MemoryStream received = new();
        await stream.Stream.CopyToAsync(received, Ct);
        await writing;
        Assert.Equal(sent, received.ToArray());
    }

    [Fact]
    public async Task A_host_describes_itself_to_its_peers()
    {
        await using TestHost server = await TestHost.StartAsync(configure: options => options with { AgentVersion = "tested/1" });
        await using TestHost client = await TestHost.StartAsync();
        await client.DialAsync(server);

        IdentifyInfo info = await client.Host.IdentifyAsync(server.PeerId, Ct);

        Assert.Equal("tested/1", info.AgentVersion);
        Assert.Equal(server.PeerId, info.PeerId);
        Assert.Contains(EchoHandler.Protocol, info.Protocols);
        Assert.Contains(server.Address.WithoutPeer(), info.ListenAddresses);
    }

    [Fact]
    public async Task Dialing_a_connected_peer_uses_its_connection_again()
    {
        await using TestHost server = await TestHost.StartAsync();
        await using TestHost client = await TestHost.StartAsync();

        await client.DialAsync(server);
        await client.DialAsync(server);

        Assert.Equal(1, client.Manager.System.Usage.ConnectionsOutbound);
    }

    [Fact]
    public async Task An_open_connection_holds_its_file_descriptor_and_buffers_only()
    {
        await using TestHost server = await TestHost.StartAsync();
        await using TestHost client = await TestHost.StartAsync();
        await client.DialAsync(server);

        await Eventually.IsTrueAsync(() => server.Host.ConnectedPeers.Count == 1);
        Assert.Equal(new ScopeUsage(0, 0, 1, 0, 1, TestHost.ConnectionBytes), server.Manager.System.Usage);
        Assert.Equal(new ScopeUsage(0, 0, 0, 1, 1, TestHost.ConnectionBytes), client.Manager.System.Usage);
        Assert.True(server.Manager.Transient.Usage.IsZero);
    }

    [Fact]
    public async Task Closing_a_peer_tells_both_sides_and_frees_everything()
    {
        await using TestHost server = await TestHost.StartAsync();
        await using TestHost client = await TestHost.StartAsync();
        await client.DialAsync(server);
        await using PeerStream stream = await client.OpenAsync(server, EchoHandler.Protocol);

        await client.Host.ClosePeerAsync(server.PeerId, Ct);

        Assert.Equal(client.PeerId, (await server.NextEventAsync<ConnectionClosedEvent>()).Peer);
        Assert.Equal(server.PeerId, (await client.NextEventAsync<ConnectionClosedEvent>()).Peer);
        await Eventually.HoldsNothingAsync(server.Manager);
        // Also the account of the stream that nobody has disposed yet.
        await Eventually.HoldsNothingAsync(client.Manager);
        await Assert.ThrowsAsync<NotConnectedException>(() => client.OpenAsync(server, EchoHandler.Protocol));
    }

    [Fact]
    public async Task A_stream_closed_through_the_host_gives_its_account_back()
    {
        await using TestHost server = await TestHost.StartAsync();
        await using TestHost client = await TestHost.StartAsync();
        await client.DialAsync(server);
        PeerStream stream = await client.OpenAsync(server, EchoHandler.Protocol);

        await client.Host.CloseStreamAsync(stream, Ct);

        Assert.Equal(0, client.Manager.System.Usage.StreamsOutbound);
    }

    [Fact]
    public async Task The_connection_manager_closes_what_is_too_much()
    {
        await using TestHost server = await TestHost.StartAsync(configure: options => options with
        {
            ConnectionManager = new() { LowWatermark = 1, HighWatermark = 1, GracePeriod = TimeSpan.Zero, SilencePeriod = TimeSpan.Zero },
        });
        await using TestHost first = await TestHost.StartAsync();
        await using TestHost second = await TestHost.StartAsync();

        await first.DialAsync(server);
        await Eventually.IsTrueAsync(() => server.Host.ConnectedPeers.Count == 1);
        await second.DialAsync(server);

        await server.NextEventAsync<ConnectionClosedEvent>();
        Assert.Single(server.Host.ConnectedPeers);
    }

    [Fact]
    public async Task A_new_listen_address_is_told_to_connected_peers()
    {
        await using TestHost server = await TestHost.StartAsync();
        await using TestHost client = await TestHost.StartAsync();
        await client.DialAsync(server);

        Libp2p.Multiaddr.Multiaddress added = await client.Host.ListenAsync(Libp2p.Multiaddr.Multiaddress.Parse("/ip4/127.0.0.1/tcp/0"), Ct);

        PeerChangedEvent changed = await server.NextEventAsync<PeerChangedEvent>();
        Assert.Equal(client.PeerId, changed.Info.PeerId);
        Assert.Contains(added.WithoutPeer(), changed.Info.ListenAddresses);
    }
}
