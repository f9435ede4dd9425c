using System.Text.Json;
using Rcmgr.Libp2p.Identity;
using Rcmgr.Libp2p.Multiaddr;
using Rcmgr.Libp2p.Protocols;

namespace Rcmgr.Interop.Tests.Js;

/// <summary>Our host connects to js-libp2p peers.</summary>
public sealed class WeDialJsTests
{
    public static TheoryData<string, string, string> Combinations => JsCombinations.All;

    [Theory]
    [MemberData(nameof(Combinations))]
    public async Task We_ping_identify_and_echo_10_MiB_over_8_streams_with_a_js_peer(string security, string key, string peerIdStart)
    {
        JsPeerAvailability.Require();
        CancellationToken ct = TestContext.Current.CancellationToken;
        await using TestHost host = await TestHost.StartAsync();
        await using JsPeer js = JsPeer.Listen(security, key);
        JsonElement listening = await js.NextAsync("listening");
        string address = listening.GetProperty("addrs")[0].GetString()!;

        PeerId peer = await host.Host.DialAsync(Multiaddress.Parse(address), ct);
        for (int i = 0; i < 4; i++)
            await host.Host.PingAsync(peer, ct);
        IdentifyInfo identify = await host.Host.IdentifyAsync(peer, ct);
        await EchoClient.EchoAsync(host.Host, peer, JsCombinations.Streams, JsCombinations.BytesPerStream);

        Assert.Equal(listening.GetProperty("peerId").GetString(), peer.ToString());
        Assert.StartsWith(peerIdStart, peer.ToString(), StringComparison.Ordinal);
        CheckIdentify(identify, peer, address);
        await CheckJsSideAsync(js, host, security);
        await host.Host.ClosePeerAsync(peer, ct);
        await js.NextAsync("disconnected");
        await host.ComesToHoldNothingAsync();
    }

    [Fact]
    public async Task We_echo_80_MiB_over_8_streams_with_a_js_peer()
    {
        JsPeerAvailability.Require();
        await using TestHost host = await TestHost.StartAsync();
        await using JsPeer js = JsPeer.Listen();
        JsonElement listening = await js.NextAsync("listening");
        var address = Multiaddress.Parse(listening.GetProperty("addrs")[0].GetString()!);
        PeerId peer = await host.Host.DialAsync(address, TestContext.Current.CancellationToken);

        await EchoClient.EchoAsync(host.Host, peer, JsCombinations.Streams, bytesPerStream: 10 * 1024 * 1024);

        await host.Host.ClosePeerAsync(peer, TestContext.Current.CancellationToken);
        await host.ComesToHoldNothingAsync();
    }

    private static void CheckIdentify(IdentifyInfo identify, PeerId peer, string address)
    {
        Assert.Equal(peer, identify.PeerId);
        Assert.NotNull(identify.PublicKey);
        Assert.Contains("js-libp2p", identify.AgentVersion, StringComparison.Ordinal);
        Assert.Contains("/ipfs/ping/1.0.0", identify.Protocols);
        Assert.Contains("/echo/1.0.0", identify.Protocols);
        Assert.StartsWith("/ip4/127.0.0.1/tcp/", identify.ObservedAddress?.ToString(), StringComparison.Ordinal);
        Assert.Contains(identify.ListenAddresses, listen => address.StartsWith(listen.ToString(), StringComparison.Ordinal));
    }

    private static async Task CheckJsSideAsync(JsPeer js, TestHost host, string security)
    {
        JsonElement connected = await js.NextAsync("connected");
        Assert.Equal(host.Host.PeerId.ToString(), connected.GetProperty("peerId").GetString());
        Assert.Equal("inbound", connected.GetProperty("direction").GetString());
        Assert.Equal(security == "noise" ? "/noise" : "/tls/1.0.0", connected.GetProperty("security").GetString());
        Assert.Equal("/yamux/1.0.0", connected.GetProperty("muxer").GetString());
    }
}
