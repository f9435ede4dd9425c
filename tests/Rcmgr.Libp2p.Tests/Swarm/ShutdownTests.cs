using System.Net;
using System.Net.Sockets;
using Rcmgr.Libp2p.Identity;
using Rcmgr.Libp2p.Multiaddr;
using Rcmgr.Libp2p.Protocols;
using Rcmgr.Libp2p.Swarm;

namespace Rcmgr.Libp2p.Tests.Swarm;

/// <summary>The end of a host.</summary>
public sealed class ShutdownTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Stopping_ends_whatever_is_in_flight_and_holds_nothing()
    {
        using TcpListener blackHole = new(IPAddress.Loopback, 0);
        blackHole.Start();
        await using TestHost server = await TestHost.StartAsync(configure: options => options with
        {
            Handlers = [new LambdaHandler(async (_, ct) => await Task.Delay(Timeout.Infinite, ct))],
        });
        await using TestHost client = await TestHost.StartAsync();
        await client.DialAsync(server);
        await client.OpenAsync(server, LambdaHandler.Protocol);
        await client.OpenAsync(server, EchoHandler.Protocol);
        using Socket halfOpen = await RawPeer.ConnectTcpAsync(server.Address);
        await using RawPeer peer = await RawPeer.ConnectAsync(server.Address);
        await peer.Session.OpenStreamAsync(Ct);
        Task<PeerId> dialing = server.Host.DialAsync(Multiaddress.FromTcp((IPEndPoint)blackHole.LocalEndpoint), Ct);
        await Eventually.IsTrueAsync(
            () => server.Manager.System.Usage is { ConnectionsInbound: 3, ConnectionsOutbound: 1, StreamsInbound: 3 });

        await server.Host.StopAsync(Ct);

        await Eventually.HoldsNothingAsync(server.Manager);
        await Assert.ThrowsAsync<HostStoppedException>(() => dialing);
        await Eventually.HoldsNothingAsync(client.Manager);
        Assert.Equal(0, await ReadToEndAsync(halfOpen));
    }

    [Fact]
    public async Task A_handler_that_ignores_the_end_does_not_hold_it_up_for_ever()
    {
        TaskCompletionSource release = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using TestHost server = await TestHost.StartAsync(configure: options => options with
        {
            DrainTimeout = TimeSpan.FromMilliseconds(50),
            Handlers = [new LambdaHandler((_, _) => release.Task)],
        });
        await using RawPeer peer = await RawPeer.ConnectAsync(server.Address);
        await (await peer.ProposeAsync(LambdaHandler.Protocol)).ReadExactlyAsync(new byte[20], Ct);

        await server.Host.StopAsync(Ct);

        Assert.Equal(1, server.Manager.System.Usage.StreamsInbound);
        release.SetResult();
        await Eventually.HoldsNothingAsync(server.Manager);
    }

    [Fact]
    public async Task A_stopped_host_refuses_commands_with_a_clear_exception()
    {
        await using TestHost server = await TestHost.StartAsync();
        await using TestHost client = await TestHost.StartAsync();
        await client.Host.StopAsync(Ct);
        await client.Host.StopAsync(Ct);

        await Assert.ThrowsAsync<HostStoppedException>(() => client.DialAsync(server));
        await Assert.ThrowsAsync<HostStoppedException>(() => client.OpenAsync(server, EchoHandler.Protocol));
        await Assert.ThrowsAsync<HostStoppedException>(() => client.Host.ClosePeerAsync(server.PeerId, Ct));
    }

    [Fact]
    public async Task The_events_end_with_the_host()
    {
        await using TestHost host = await TestHost.StartAsync();
        await host.Host.StopAsync(Ct);

        List<SwarmEvent> events = await host.Host.Events.ReadAllAsync(Ct).ToListAsync(Ct);

        Assert.IsType<ListeningEvent>(Assert.Single(events));
    }

    [Fact]
    public async Task A_caller_that_gives_up_gets_its_own_cancellation()
    {
        using TcpListener blackHole = new(IPAddress.Loopback, 0);
        blackHole.Start();
        await using TestHost client = await TestHost.StartAsync();
        using CancellationTokenSource patience = new();
        Task<PeerId> dialing = client.Host.DialAsync(Multiaddress.FromTcp((IPEndPoint)blackHole.LocalEndpoint), patience.Token);
        await Eventually.IsTrueAsync(() => client.Manager.System.Usage.ConnectionsOutbound == 1);

        await patience.CancelAsync();

        var error = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => dialing);
        Assert.Equal(patience.Token, error.CancellationToken);
        await Eventually.HoldsNothingAsync(client.Manager);
    }

    private static async Task<int> ReadToEndAsync(Socket socket)
    {
        try
        {
            return await socket.ReceiveAsync(new byte[1], Ct);
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionReset)
        {
            return 0;
        }
    }
}
