using System.Text.Json;
using Rcmgr.Libp2p.Swarm;

namespace Rcmgr.Interop.Tests.Js;

/// <summary>js-libp2p peers connect to our host.</summary>
public sealed class JsDialsUsTests
{
    public static TheoryData<string, string, string> Combinations => JsCombinations.All;

    [Theory]
    [MemberData(nameof(Combinations))]
    public async Task A_js_peer_pings_identifies_and_echoes_10_MiB_over_8_streams(string security, string key, string peerIdStart)
    {
        JsPeerAvailability.Require();
        await using TestHost host = await TestHost.StartAsync();

        // More pings than js may have streams open for: each must have been closed on our side.
        await using JsPeer js = JsPeer.Dial(
            host.Address, "ping,ping,ping,ping,identify,echo", security, key, JsCombinations.Streams, JsCombinations.BytesPerStream, hold: 200);

        Assert.True(await js.EndAsync() == 0, js.Transcript());
        Assert.Equal(4, js.Events("ping").Count);
        Assert.StartsWith(peerIdStart, await ConnectedPeerAsync(host), StringComparison.Ordinal);
        CheckConnection(Assert.Single(js.Events("connected")), host, security);
        CheckIdentify(Assert.Single(js.Events("identify")), host);
        CheckEcho(Assert.Single(js.Events("echo")), JsCombinations.BytesPerStream);
        Assert.True(Assert.Single(js.Events("held")).GetProperty("open").GetBoolean());
        await host.ComesToHoldNothingAsync();
    }

    [Fact]
    public async Task A_js_peer_echoes_80_MiB_over_8_streams()
    {
        JsPeerAvailability.Require();
        const int bytesPerStream = 10 * 1024 * 1024;
        await using TestHost host = await TestHost.StartAsync();

        await using JsPeer js = JsPeer.Dial(host.Address, "echo", streams: JsCombinations.Streams, bytes: bytesPerStream);

        Assert.True(await js.EndAsync() == 0, js.Transcript());
        JsonElement echo = Assert.Single(js.Events("echo"));
        CheckEcho(echo, bytesPerStream);
        TestContext.Current.TestOutputHelper?.WriteLine($"80 MiB echoed in {echo.GetProperty("seconds")} s");
        await host.ComesToHoldNothingAsync();
    }

    private static async Task<string> ConnectedPeerAsync(TestHost host)
    {
        await foreach (SwarmEvent occurred in host.Host.Events.ReadAllAsync(TestContext.Current.CancellationToken))
        {
            if (occurred is ConnectionOpenedEvent opened)
                return opened.Peer.ToString();
        }

        throw new InvalidOperationException("No connection was reported.");
    }

    private static void CheckConnection(JsonElement connected, TestHost host, string security)
    {
        Assert.Equal(host.Host.PeerId.ToString(), connected.GetProperty("peerId").GetString());
        Assert.Equal(security == "noise" ? "/noise" : "/tls/1.0.0", connected.GetProperty("security").GetString());
        Assert.Equal("/yamux/1.0.0", connected.GetProperty("muxer").GetString());
    }

    private static void CheckIdentify(JsonElement identify, TestHost host)
    {
        Assert.Equal(host.Host.PeerId.ToString(), identify.GetProperty("peerId").GetString());
        Assert.Equal("rcmgr/0.1.0", identify.GetProperty("agentVersion").GetString());
        Assert.Equal("ipfs/0.1.0", identify.GetProperty("protocolVersion").GetString());
        Assert.StartsWith("/ip4/127.0.0.1/tcp/", identify.GetProperty("observedAddr").GetString(), StringComparison.Ordinal);
        Assert.Contains($"/ip4/127.0.0.1/tcp/{host.EndPoint.Port}", Texts(identify.GetProperty("listenAddrs")));
        IReadOnlyList<string?> protocols = Texts(identify.GetProperty("protocols"));
        Assert.Contains("/ipfs/id/1.0.0", protocols);
        Assert.Contains("/ipfs/ping/1.0.0", protocols);
        Assert.Contains("/echo/1.0.0", protocols);
    }

    private static void CheckEcho(JsonElement echo, int bytesPerStream)
    {
        Assert.True(echo.GetProperty("ok").GetBoolean());
        Assert.Equal(JsCombinations.Streams, echo.GetProperty("completed").GetInt32());
        Assert.Equal((long)JsCombinations.Streams * bytesPerStream, echo.GetProperty("bytes").GetInt64());
    }

    private static IReadOnlyList<string?> Texts(JsonElement list) => [.. list.EnumerateArray().Select(entry => entry.GetString())];
}
