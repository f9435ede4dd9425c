using System.Text.Json;
using Rcmgr.Libp2p.Identity;
using Rcmgr.Libp2p.Multiaddr;

namespace Rcmgr.Interop.Tests.Js;

/// <summary>What js-libp2p peers see of our limits: the one that is refused, and the one beside it.</summary>
public sealed class JsRefusalTests
{
    [Fact]
    public async Task A_js_peer_sees_its_streams_reset_when_a_protocol_may_have_none_and_another_goes_on()
    {
        JsPeerAvailability.Require();
        ResourceManagerLimits limits = TestHost.DefaultLimits;
        ResourceLimits none = limits.ProtocolDefault with { Streams = 0, StreamsInbound = 0 };
        await using TestHost host = await TestHost.StartAsync(
            limits with { Protocol = new Dictionary<string, ResourceLimits> { ["/echo/1.0.0"] = none } });
        await using JsPeer other = await JsPeer.StartPingingAsync(host.Address);

        await using JsPeer refused = JsPeer.Dial(host.Address, "ping,echo,ping", streams: 4, bytes: 1024, hold: 100);

        Assert.Equal(1, await refused.EndAsync());
        JsonElement echo = Assert.Single(refused.Events("echo"));
        Assert.NotEqual(0, echo.GetProperty("errors").GetArrayLength());
        Assert.Equal(0, echo.GetProperty("completed").GetInt32());
        Assert.All(
            echo.GetProperty("errors").EnumerateArray(), error => Assert.True(SaysThatTheStreamIsOver(error.GetString()!), error.GetString()));
        Assert.Equal(2, refused.Events("ping").Count);
        Assert.True(Assert.Single(refused.Events("held")).GetProperty("open").GetBoolean(), "the refused streams' connection stays");
        Assert.Equal(4, Refusals(host, ScopeKind.Protocol));
        await other.StopPingingAsync();
        await host.ComesToHoldNothingAsync();
    }

    [Fact]
    public async Task A_js_peer_sees_its_connection_closed_when_the_system_has_no_room_and_another_goes_on()
    {
        JsPeerAvailability.Require();
        ResourceManagerLimits limits = TestHost.DefaultLimits;
        await using TestHost host = await TestHost.StartAsync(limits);
        await using JsPeer other = await JsPeer.StartPingingAsync(host.Address);
        host.Manager.System.Limits = limits.System with { ConnectionsInbound = 0 };

        await using JsPeer refused = JsPeer.Dial(host.Address, "ping", hold: 100);

        Assert.Equal(1, await refused.EndAsync());
        Assert.Empty(refused.Events("ping"));
        Assert.NotEmpty(refused.Events("error"));
        Assert.Equal(1, Refusals(host, ScopeKind.System));
        await other.StopPingingAsync();
        await host.ComesToHoldNothingAsync();
    }

    [Theory]
    [InlineData("noise")]
    [InlineData("tls")]
    public async Task A_js_peer_sees_its_connection_closed_when_its_peer_may_have_none_and_another_goes_on(string security)
    {
        JsPeerAvailability.Require();
        ResourceManagerLimits limits = TestHost.DefaultLimits;
        await using JsPeer other = JsPeer.Listen(security);
        JsonElement listening = await other.NextAsync("listening");
        // Connections that the remote opens are refused for every peer, once it has proved who it is; ours to the other stay allowed.
        await using TestHost host = await TestHost.StartAsync(
            limits with { PeerDefault = limits.PeerDefault with { ConnectionsInbound = 0 } });
        var address = Multiaddress.Parse(listening.GetProperty("addrs")[0].GetString()!);
        PeerId peer = await host.Host.DialAsync(address, TestContext.Current.CancellationToken);

        // js may take the handshake for a success before it sees the end, hence the ping and the hold.
        await using JsPeer refused = JsPeer.Dial(host.Address, "ping", security, hold: 100);

        Assert.Equal(1, await refused.EndAsync());
        Assert.Empty(refused.Events("ping"));
        Assert.Equal(1, Refusals(host, ScopeKind.Peer));
        await EchoClient.EchoAsync(host.Host, peer, streams: 2, bytesPerStream: 64 * 1024);
        await host.Host.ClosePeerAsync(peer, TestContext.Current.CancellationToken);
        await host.ComesToHoldNothingAsync();
    }

    /// <summary>js says the one or the other, depending on whether it was about to read or to write.</summary>
    private static bool SaysThatTheStreamIsOver(string error) =>
        error.Contains("reset", StringComparison.OrdinalIgnoreCase) || error.Contains("is closed", StringComparison.Ordinal);

    private static long Refusals(TestHost host, ScopeKind scope) =>
        host.Manager.GetRefusalCounts().Where(refusal => refusal.Scope == scope).Sum(refusal => refusal.Count);
}
