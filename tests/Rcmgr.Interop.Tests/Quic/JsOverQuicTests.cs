using System.Text.Json;
using Rcmgr.Interop.Tests.Js;
using Rcmgr.Libp2p;
using Rcmgr.Libp2p.Identity;
using Rcmgr.Libp2p.Multiaddr;
using Rcmgr.Libp2p.Protocols;

namespace Rcmgr.Interop.Tests.Quic;

/// <summary>js-libp2p peers and our host over QUIC, in both directions, on every engine.</summary>
public sealed class JsOverQuicTests
{
    public static MatrixTheoryData<QuicEngine, string> EnginesAndKeys { get; } =
        new(QuicAvailability.Engines, ["ed25519", "secp256k1", "rsa"]);

    [Theory]
    [MemberData(nameof(EnginesAndKeys))]
    public async Task A_js_peer_pings_identifies_and_echoes_10_MiB_over_8_streams(QuicEngine engine, string key)
    {
        JsPeerAvailability.Require();
        await using TestHost host = await QuicHosts.StartAsync(engine: engine);

        await using JsPeer js = JsPeer.Dial(
            host.Address, "ping,ping,ping,ping,identify,echo", key: key, streams: JsCombinations.Streams,
            bytes: JsCombinations.BytesPerStream, hold: 200, transport: "quic");

        Assert.True(await js.EndAsync() == 0, js.Transcript());
        Assert.Equal(4, js.Events("ping").Count);
        Assert.Equal(host.Host.PeerId.ToString(), Assert.Single(js.Events("connected")).GetProperty("peerId").GetString());
        JsonElement identify = Assert.Single(js.Events("identify"));
        Assert.StartsWith("/ip4/127.0.0.1/udp/", identify.GetProperty("observedAddr").GetString(), StringComparison.Ordinal);
        Assert.True(Assert.Single(js.Events("echo")).GetProperty("ok").GetBoolean(), js.Transcript());
        Assert.True(Assert.Single(js.Events("held")).GetProperty("open").GetBoolean());
        Assert.True(await SawAsync(host, StartOfPeerId(key)));
        await host.ComesToHoldNothingAsync();
    }

    [Theory]
    [MemberData(nameof(EnginesAndKeys))]
    public async Task We_ping_identify_and_echo_10_MiB_over_8_streams_with_a_js_peer(QuicEngine engine, string key)
    {
        JsPeerAvailability.Require();
        CancellationToken ct = TestContext.Current.CancellationToken;
        await using TestHost host = await QuicHosts.StartAsync(engine: engine);
        await using JsPeer js = JsPeer.Listen(key: key, transport: "quic");
        JsonElement listening = await js.NextAsync("listening");

        PeerId peer = await host.Host.DialAsync(Multiaddress.Parse(listening.GetProperty("addrs")[0].GetString()!), ct);
        for (int i = 0; i < 4; i++)
            await host.Host.PingAsync(peer, ct);
        IdentifyInfo identify = await host.Host.IdentifyAsync(peer, ct);
        await EchoClient.EchoAsync(host.Host, peer, JsCombinations.Streams, JsCombinations.BytesPerStream);

        Assert.StartsWith(StartOfPeerId(key), peer.ToString(), StringComparison.Ordinal);
        Assert.Equal(peer, identify.PeerId);
        await host.Host.ClosePeerAsync(peer, ct);
        await js.NextAsync("disconnected");
        await host.ComesToHoldNothingAsync();
    }

    private static string StartOfPeerId(string key) => key switch
    {
        "ed25519" => "12D3KooW",
        "secp256k1" => "16Uiu2H",
        _ => "Qm",
    };

    private static async Task<bool> SawAsync(TestHost host, string peerIdStart)
    {
        await foreach (var occurred in host.Host.Events.ReadAllAsync(TestContext.Current.CancellationToken))
        {
            if (occurred is Rcmgr.Libp2p.Swarm.ConnectionOpenedEvent opened)
                return opened.Peer.ToString().StartsWith(peerIdStart, StringComparison.Ordinal);
        }

        return false;
    }
}
