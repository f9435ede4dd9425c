using System.Net;
using System.Net.Sockets;
using Rcmgr.Libp2p.Identity;
using Rcmgr.Libp2p.Multiaddr;
using Rcmgr.Libp2p.Security.Noise;
using Rcmgr.Libp2p.Swarm;
using Rcmgr.Libp2p.Transports;

namespace Rcmgr.Libp2p.Tests.Swarm;

/// <summary>What a refusal of each phase of a connection looks like on either side.</summary>
public sealed class ConnectionRefusalTests
{
    private static readonly ResourceLimits All = ResourceLimits.AllowAll;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_inbound_connection_over_the_limit_is_reset_before_a_byte_is_exchanged()
    {
        await using TestHost server = await TestHost.StartAsync(TestHost.Unlimited with { Transient = All with { ConnectionsInbound = 0 } });

        // The reset may be faster than the connecting thread.
        SocketException error = await Assert.ThrowsAsync<SocketException>(async () =>
        {
            using Socket socket = await RawPeer.ConnectTcpAsync(server.Address);
            await socket.ReceiveAsync(new byte[1], Ct);
        });

        Assert.Equal(SocketError.ConnectionReset, error.SocketErrorCode);
        ConnectionRefusedEvent refused = await server.NextEventAsync<ConnectionRefusedEvent>();
        Assert.Equal(Direction.Inbound, refused.Direction);
        Assert.Equal(ScopeKind.Transient, refused.Refusal.ScopeKind);
        Assert.Equal(Resource.Connections, refused.Refusal.Resource);
    }

    public static TheoryData<RefusalReason> ReasonsByAddress => [RefusalReason.SubnetLimit, RefusalReason.NetworkLimit, RefusalReason.ConnectionRate];

    [Theory]
    [MemberData(nameof(ReasonsByAddress))]
    public async Task A_connection_over_the_limit_of_its_address_is_reset(RefusalReason reason)
    {
        ConnectionLimits none = ConnectionLimits.None with { ExemptLoopback = false };
        await using TestHost server = await TestHost.StartAsync(connectionLimits: reason switch
        {
            RefusalReason.SubnetLimit => none with { SubnetsIPv4 = [new(32, 1)] },
            RefusalReason.NetworkLimit => none with { Networks = [new(IPNetwork.Parse("127.0.0.0/8"), 1)] },
            _ => none with { RatesIPv4 = [new(32, new(0.001, 1))] },
        });
        await using TestHost client = await TestHost.StartAsync();
        await client.DialAsync(server);

        SocketException error = await Assert.ThrowsAsync<SocketException>(async () =>
        {
            using Socket socket = await RawPeer.ConnectTcpAsync(server.Address);
            await socket.ReceiveAsync(new byte[1], Ct);
        });

        Assert.Equal(SocketError.ConnectionReset, error.SocketErrorCode);
        ConnectionRefusedEvent refused = await server.NextEventAsync<ConnectionRefusedEvent>();
        Assert.Equal((reason, Direction.Inbound), (refused.Refusal.Reason, refused.Direction));
        Assert.Contains(server.Manager.GetRefusalCounts(), count => count.Reason == reason);
    }

    [Fact]
    public async Task A_closed_connection_makes_room_for_the_next_of_its_address()
    {
        await using TestHost server = await TestHost.StartAsync(
            connectionLimits: ConnectionLimits.None with { ExemptLoopback = false, SubnetsIPv4 = [new(32, 1)] });
        for (int i = 0; i < 3; i++)
        {
            await using (TestHost client = await TestHost.StartAsync())
                await client.DialAsync(server);
            await Eventually.HoldsNothingAsync(server.Manager);
        }
    }

    [Fact]
    public async Task Dials_are_not_limited_by_address()
    {
        await using TestHost server = await TestHost.StartAsync();
        await using TestHost client = await TestHost.StartAsync(
            connectionLimits: ConnectionLimits.None with { ExemptLoopback = false, SubnetsIPv4 = [new(32, 0)], RatesIPv4 = [new(32, new(1, 0))] });

        Assert.Equal(server.PeerId, await client.DialAsync(server));
    }

    [Fact]
    public async Task A_refused_dial_throws_the_refusal_and_reaches_nobody()
    {
        await using TestHost server = await TestHost.StartAsync();
        await using TestHost client = await TestHost.StartAsync(TestHost.Unlimited with { System = All with { FileDescriptors = 0 } });

        var error = await Assert.ThrowsAsync<ResourceLimitExceededException>(() => client.DialAsync(server));

        Assert.Equal(Resource.FileDescriptors, error.Refusal.Resource);
        Assert.Equal("System.FD", error.Refusal.ConfigurationKey);
        Assert.Equal(error.Refusal, (await client.NextEventAsync<ConnectionRefusedEvent>()).Refusal);
        Assert.True(server.Manager.System.Usage.IsZero);
    }

    [Fact]
    public async Task A_dial_waits_for_a_free_place_when_the_host_lets_it()
    {
        await using TestHost server = await TestHost.StartAsync();
        await using TestHost client = await TestHost.StartAsync(
            TestHost.Unlimited with { System = All with { ConnectionsOutbound = 1 } },
            options => options with { OutboundSlotTimeout = TimeSpan.FromMinutes(5) });
        ConnectionScope taken = client.Manager.OpenConnection(Direction.Outbound, usesFileDescriptor: true);

        Task<PeerId> dial = client.DialAsync(server);
        await Eventually.IsTrueAsync(() => client.Manager.Engine.CapacityListener is not null);
        Assert.False(dial.IsCompleted);
        taken.Dispose();

        Assert.Equal(server.PeerId, await dial);
        Assert.Empty(client.Manager.GetRefusalCounts());
    }

    [Fact]
    public async Task A_dial_that_waits_ends_with_its_time_or_with_the_host()
    {
        await using TestHost server = await TestHost.StartAsync();
        TestHost client = await TestHost.StartAsync(
            TestHost.Unlimited with { System = All with { ConnectionsOutbound = 1 } },
            options => options with { OutboundSlotTimeout = TimeSpan.FromMilliseconds(20) });
        using (client.Manager.OpenConnection(Direction.Outbound, usesFileDescriptor: true))
            await Assert.ThrowsAsync<ResourceLimitExceededException>(() => client.DialAsync(server));
        await client.DisposeAsync();

        TestHost patient = await TestHost.StartAsync(
            TestHost.Unlimited with { System = All with { ConnectionsOutbound = 1 } },
            options => options with { OutboundSlotTimeout = Timeout.InfiniteTimeSpan });
        Task<PeerId> dial;
        using (patient.Manager.OpenConnection(Direction.Outbound, usesFileDescriptor: true))
        {
            dial = patient.DialAsync(server);
            await Eventually.IsTrueAsync(() => patient.Manager.Engine.CapacityListener is not null);
            await patient.Host.StopAsync(Ct);
        }

        await Assert.ThrowsAnyAsync<Exception>(() => dial);
        await patient.DisposeAsync();
    }

    [Fact]
    public async Task A_dial_refused_for_its_target_opens_no_socket()
    {
        await using TestHost client = await TestHost.StartAsync(TestHost.Unlimited with { PeerDefault = All with { ConnectionsOutbound = 0 } });
        await using TestHost server = await TestHost.StartAsync();

        var error = await Assert.ThrowsAsync<ResourceLimitExceededException>(() => client.DialAsync(server));

        Assert.Equal(ScopeKind.Peer, error.Refusal.ScopeKind);
        await Eventually.HoldsNothingAsync(client.Manager);
        Assert.True(server.Manager.System.Usage.IsZero);
        Assert.DoesNotContain(server.Manager.GetRefusalCounts(), count => count.Count > 0);
    }

    [Fact]
    public async Task A_refused_dial_charges_no_back_off()
    {
        await using TestHost server = await TestHost.StartAsync();
        await using TestHost client = await TestHost.StartAsync(TestHost.Unlimited with { System = All with { FileDescriptors = 0 } });
        await Assert.ThrowsAsync<ResourceLimitExceededException>(() => client.DialAsync(server));

        client.Manager.System.Limits = All;

        Assert.Equal(server.PeerId, await client.DialAsync(server));
    }

    [Fact]
    public async Task A_failed_dial_is_not_repeated_at_once()
    {
        await using TestHost client = await TestHost.StartAsync();
        TestHost gone = await TestHost.StartAsync();
        Multiaddress address = gone.Address;
        await gone.DisposeAsync();

        var first = await Assert.ThrowsAsync<DialFailedException>(() => client.Host.DialAsync(address, Ct));
        var second = await Assert.ThrowsAsync<DialFailedException>(() => client.Host.DialAsync(address, Ct));

        Assert.IsType<SocketException>(first.InnerException);
        Assert.Contains("left alone", second.Message, StringComparison.Ordinal);
        await Eventually.HoldsNothingAsync(client.Manager);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(ConnectionUpgrader.NegotiationBufferBytes)]
    [InlineData(NoiseProtocol.HandshakeBufferBytes)]
    public async Task A_handshake_without_memory_is_closed(long memory)
    {
        await using TestHost server = await TestHost.StartAsync(TestHost.Unlimited with { Connection = All with { Memory = memory } });
        await using TestHost client = await TestHost.StartAsync();

        // The last phase begins when the dialer already has its handshake, so it may see a connection that is closed at once.
        await Record.ExceptionAsync(() => client.DialAsync(server));

        ConnectionRefusedEvent refused = await server.NextEventAsync<ConnectionRefusedEvent>();
        Assert.Equal(ScopeKind.Connection, refused.Refusal.ScopeKind);
        await Eventually.HoldsNothingAsync(server.Manager);
        await Eventually.HoldsNothingAsync(client.Manager);
    }

    [Fact]
    public async Task An_outbound_handshake_without_memory_throws_the_refusal()
    {
        await using TestHost server = await TestHost.StartAsync();
        await using TestHost client = await TestHost.StartAsync(
            TestHost.Unlimited with { Connection = All with { Memory = ConnectionUpgrader.NegotiationBufferBytes } });

        var error = await Assert.ThrowsAsync<ResourceLimitExceededException>(() => client.DialAsync(server));

        Assert.Equal(Resource.Memory, error.Refusal.Resource);
        await Eventually.HoldsNothingAsync(client.Manager);
        await Eventually.HoldsNothingAsync(server.Manager);
    }

    [Fact]
    public async Task A_peer_over_its_limit_is_closed_after_it_proved_itself()
    {
        await using TestHost server = await TestHost.StartAsync(TestHost.Unlimited with { PeerDefault = All with { ConnectionsInbound = 0 } });
        await using TestHost client = await TestHost.StartAsync();

        await Record.ExceptionAsync(() => client.DialAsync(server));

        ConnectionRefusedEvent refused = await server.NextEventAsync<ConnectionRefusedEvent>();
        Assert.Equal(ScopeKind.Peer, refused.Refusal.ScopeKind);
        await Eventually.HoldsNothingAsync(server.Manager);
        await Eventually.IsTrueAsync(() => client.Host.ConnectedPeers.Count == 0);
        await Eventually.HoldsNothingAsync(client.Manager);
    }

    [Fact]
    public async Task A_dial_to_another_identity_than_the_address_says_fails()
    {
        await using TestHost server = await TestHost.StartAsync();
        await using TestHost client = await TestHost.StartAsync();
        await using TestHost other = await TestHost.StartAsync();

        await Assert.ThrowsAsync<DialFailedException>(() => client.Host.DialAsync(server.Address.WithPeer(other.PeerId), Ct));

        await Eventually.HoldsNothingAsync(client.Manager);
        await Eventually.HoldsNothingAsync(server.Manager);
    }

    [Fact]
    public async Task A_client_that_says_nothing_is_cut_by_the_deadline()
    {
        await using TestHost server = await TestHost.StartAsync(
            configure: options => options with { HandshakeTimeout = TimeSpan.FromMilliseconds(100) });

        using Socket socket = await RawPeer.ConnectTcpAsync(server.Address);
        await Eventually.IsTrueAsync(() => server.Manager.Transient.Usage.ConnectionsInbound == 0 && socket.Poll(0, SelectMode.SelectRead));

        await Eventually.HoldsNothingAsync(server.Manager);
    }

    [Fact]
    public async Task Three_hundred_refused_connections_leave_the_listener_alive()
    {
        await using TestHost server = await TestHost.StartAsync(TestHost.Unlimited with { System = All with { ConnectionsInbound = 1 } });
        await using TestHost client = await TestHost.StartAsync();
        await client.DialAsync(server);
        await Eventually.IsTrueAsync(() => server.Host.ConnectedPeers.Count == 1);

        for (int i = 0; i < 300; i++)
            await ConnectAndLeaveAsync(server);

        await Eventually.IsTrueAsync(() => server.Manager.GetRefusalCounts().Sum(count => count.Count) == 300);
        await client.Host.ClosePeerAsync(server.PeerId, Ct);
        await Eventually.HoldsNothingAsync(server.Manager);
        await using TestHost next = await TestHost.StartAsync();
        Assert.Equal(server.PeerId, await next.DialAsync(server));
    }

    private static async Task ConnectAndLeaveAsync(TestHost server)
    {
        try
        {
            using Socket socket = await RawPeer.ConnectTcpAsync(server.Address);
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionReset)
        {
            // The reset was faster than the connecting thread.
        }
    }
}
