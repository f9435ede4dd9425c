using Rcmgr.Interop.Tests.Quic;
using Rcmgr.Libp2p;
using Rcmgr.Libp2p.Identity;
using Rcmgr.Libp2p.Muxing;
using Rcmgr.Libp2p.Swarm;

namespace Rcmgr.Interop.Tests.Hosts;

/// <summary>A remote sends, finishes and goes, while the handler of its stream has other things to do: somebody has to pay for what it left.</summary>
public sealed class UnreadAfterEndTests
{
    /// <summary>Few enough bytes to leave in one flight, before anything that is sent later.</summary>
    private const int Sent = 8_000;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Over_tcp_its_window_is_charged_until_it_is_read(bool bothHalvesEnd)
    {
        HoldingHandler handler = new(endsAtOnce: bothHalvesEnd);
        await using TestHost server = await TestHost.StartAsync(configure: options => options with { Handlers = [handler] });
        await using TestHost client = await TestHost.StartAsync();
        await SendAndGoAsync(client.Host, server, bothHalvesEnd, memory: null);

        await HoldsAsync(server, YamuxOptions.InitialWindow);
        handler.LetRead();

        Assert.Equal(Sent, await handler.Read);
        await server.ComesToHoldNothingAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Over_quic_it_is_charged_to_the_peer_until_it_is_read(bool bothHalvesEnd)
    {
        HoldingHandler handler = new(endsAtOnce: bothHalvesEnd);
        await using QuicPair hosts = await QuicPair.StartAsync(QuicEngine.Ngtcp2, configure: options => options with { Handlers = [handler] });
        await SendAndGoAsync(hosts.Client.Host, hosts.Server, bothHalvesEnd, memory: null);

        await HoldsAsync(hosts.Server, Sent);
        handler.LetRead();

        Assert.Equal(Sent, await handler.Read);
        await hosts.ComeToHoldNothingAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Over_quic_it_is_dropped_when_the_peer_may_not_hold_it(bool bothHalvesEnd)
    {
        HoldingHandler handler = new(endsAtOnce: bothHalvesEnd);
        await using QuicPair hosts = await QuicPair.StartAsync(QuicEngine.Ngtcp2, configure: options => options with { Handlers = [handler] });
        await SendAndGoAsync(hosts.Client.Host, hosts.Server, bothHalvesEnd, memory: 0);

        await HoldsAsync(hosts.Server, 0);
        handler.LetRead();

        await Assert.ThrowsAsync<SessionClosedException>(() => handler.Read);
        await hosts.ComeToHoldNothingAsync();
    }

    /// <summary>Returns when the server has no connection any more.</summary>
    /// <param name="client">Who sends.</param>
    /// <param name="server">Whose handler reads nothing yet.</param>
    /// <param name="bothHalvesEnd">Whether that handler ends its half at once, so that the stream is over before its connection is.</param>
    /// <param name="memory">What the server's system may hold from the time on when all has arrived; null for what it may anyway.</param>
    private static async Task SendAndGoAsync(Libp2pHost client, TestHost server, bool bothHalvesEnd, long? memory)
    {
        PeerId peer = await client.DialAsync(server.Address, Ct);
        PeerStream stream = await client.OpenStreamAsync(peer, HoldingHandler.Protocol, Ct);
        await stream.Stream.WriteAsync(new byte[Sent], Ct);
        await stream.CloseWriteAsync(Ct);
        if (bothHalvesEnd)
            await stream.Closed.WaitAsync(Ct);
        // Over QUIC streams arrive in any order, but loopback keeps that of their packets, and an answer says that this one's were before.
        await client.PingAsync(peer, Ct);
        ResourceScope system = server.Manager.System;
        system.Limits = system.Limits with { Memory = memory ?? system.Limits.Memory };

        await client.ClosePeerAsync(peer, Ct);
        await Eventually.HoldsAsync(() => system.Usage.ConnectionsInbound == 0, () => $"The server still has {system.Usage}.");
    }

    /// <summary>The handlers of other streams may hold something for a moment longer.</summary>
    private static Task HoldsAsync(TestHost host, long memory) => Eventually.HoldsAsync(
        () => host.Manager.System.Usage.Memory == memory, () => $"The host holds {host.Manager.System.Usage} and not {memory} bytes.");
}
