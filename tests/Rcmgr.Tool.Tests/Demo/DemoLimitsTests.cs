using Rcmgr.Tool.Demo;

namespace Rcmgr.Tool.Tests.Demo;

public sealed class DemoLimitsTests
{
    private static readonly ResourceManagerLimits Limits =
        LimitsJson.Read(DemoLimits.Json).Build(ScalingLimits.DefaultWithServices.Scale(1L << 30, 1 << 14));

    [Fact]
    public void However_many_peers_fit_together_they_cannot_take_an_honest_peers_room()
    {
        long peers = Limits.System.ConnectionsInbound;

        Assert.True(peers * Limits.PeerDefault.StreamsInbound <= Limits.System.StreamsInbound);
        Assert.True(peers * Limits.PeerDefault.StreamsInbound <= Limits.Transient.StreamsInbound);
        Assert.True(peers * Limits.PeerDefault.Memory <= Limits.System.Memory);
        Assert.True(peers * Limits.PeerDefault.Memory <= Limits.Transient.Memory);
        foreach (string protocol in (string[])[DemoProtocols.Echo, DemoProtocols.Ping])
        {
            Assert.True(peers * Limits.ProtocolPeerLimits(protocol).StreamsInbound <= Limits.ProtocolLimits(protocol).StreamsInbound);
            Assert.True(peers * Limits.ProtocolPeerLimits(protocol).Memory <= Limits.ProtocolLimits(protocol).Memory);
        }
    }
}
