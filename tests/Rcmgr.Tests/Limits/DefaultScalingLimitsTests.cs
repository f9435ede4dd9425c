namespace Rcmgr.Tests.Limits;

/// <summary>The published limits of single services and protocols, each on the smallest host and with 1 GiB (specification §4.6).</summary>
public sealed class DefaultScalingLimitsTests
{
    private const long MiB = 1L << 20;
    private const long GiB = 1L << 30;

    private static readonly ResourceManagerLimits Smallest = ScalingLimits.DefaultWithServices.Scale(0, 0);
    private static readonly ResourceManagerLimits WithOneGibibyte = ScalingLimits.DefaultWithServices.Scale(GiB, 0);

    [Theory]
    [InlineData("Service", "libp2p.identify", 64, 64, 128, 4 * MiB, 128, 128, 256, 8 * MiB)]
    [InlineData("Service", "libp2p.ping", 64, 64, 64, 4 * MiB, 128, 128, 128, 8 * MiB)]
    [InlineData("Service", "libp2p.autonat", 64, 64, 64, 4 * MiB, 68, 68, 68, 6 * MiB)]
    [InlineData("Service", "libp2p.holepunch", 32, 32, 64, 4 * MiB, 40, 40, 80, 8 * MiB)]
    [InlineData("Service", "libp2p.relay/v2", 256, 256, 256, 16 * MiB, 512, 512, 512, 32 * MiB)]
    [InlineData("Protocol", "/ipfs/id/1.0.0", 64, 64, 128, 4 * MiB, 128, 128, 256, 8 * MiB)]
    [InlineData("Protocol", "/ipfs/id/push/1.0.0", 64, 64, 128, 4 * MiB, 128, 128, 256, 8 * MiB)]
    [InlineData("Protocol", "/ipfs/ping/1.0.0", 64, 64, 64, 4 * MiB, 128, 128, 128, 8 * MiB)]
    [InlineData("Protocol", "/libp2p/autonat/1.0.0", 64, 64, 64, 4 * MiB, 68, 68, 68, 6 * MiB)]
    [InlineData("Protocol", "/libp2p/dcutr", 32, 32, 64, 4 * MiB, 40, 40, 80, 8 * MiB)]
    [InlineData("Protocol", "/libp2p/circuit/relay/0.2.0/hop", 640, 640, 640, 16 * MiB, 1280, 1280, 1280, 32 * MiB)]
    [InlineData("Protocol", "/libp2p/circuit/relay/0.2.0/stop", 640, 640, 640, 16 * MiB, 1280, 1280, 1280, 32 * MiB)]
    public void A_service_or_protocol_grows_with_the_host(
        string section, string name, long inbound, long outbound, long total, long memory, long grownInbound, long grownOutbound, long grownTotal, long grownMemory)
    {
        ScopeKind kind = Enum.Parse<ScopeKind>(section);

        Assert.Equal(Limits(inbound, outbound, total, memory), Smallest.Find(kind, name));
        Assert.Equal(Limits(grownInbound, grownOutbound, grownTotal, grownMemory), WithOneGibibyte.Find(kind, name));
    }

    [Theory]
    [InlineData("ServicePeer", "libp2p.identify", 16, 16, 32, 1 * MiB)]
    [InlineData("ServicePeer", "libp2p.ping", 2, 3, 4, 8_590_458_880)]
    [InlineData("ServicePeer", "libp2p.autonat", 2, 2, 2, 1 * MiB)]
    [InlineData("ServicePeer", "libp2p.holepunch", 2, 2, 2, 1 * MiB)]
    [InlineData("ServicePeer", "libp2p.relay/v2", 64, 64, 64, 1 * MiB)]
    [InlineData("ProtocolPeer", "/ipfs/id/1.0.0", 16, 16, 32, 8_590_458_880)]
    [InlineData("ProtocolPeer", "/ipfs/id/push/1.0.0", 16, 16, 32, 8_590_458_880)]
    [InlineData("ProtocolPeer", "/ipfs/ping/1.0.0", 2, 3, 4, 8_590_458_880)]
    [InlineData("ProtocolPeer", "/libp2p/autonat/1.0.0", 2, 2, 2, 1 * MiB)]
    [InlineData("ProtocolPeer", "/libp2p/dcutr", 2, 2, 2, 1 * MiB)]
    [InlineData("ProtocolPeer", "/libp2p/circuit/relay/0.2.0/hop", 128, 128, 128, 32 * MiB)]
    [InlineData("ProtocolPeer", "/libp2p/circuit/relay/0.2.0/stop", 128, 128, 128, 32 * MiB)]
    public void What_one_peer_may_use_of_a_service_or_protocol_is_the_same_on_every_host(
        string section, string name, long inbound, long outbound, long total, long memory)
    {
        ScopeKind kind = Enum.Parse<ScopeKind>(section);

        Assert.Equal(Limits(inbound, outbound, total, memory), Smallest.Find(kind, name));
        Assert.Equal(Limits(inbound, outbound, total, memory), WithOneGibibyte.Find(kind, name));
    }

    [Fact]
    public void No_other_service_protocol_or_peer_has_limits_of_its_own() =>
        Assert.Equal([5, 5, 7, 7, 0], new[] { Smallest.Service.Count, Smallest.ServicePeer.Count, Smallest.Protocol.Count, Smallest.ProtocolPeer.Count, Smallest.Peer.Count });

    private static ResourceLimits Limits(long inbound, long outbound, long total, long memory) =>
        ResourceLimits.BlockAll with { StreamsInbound = inbound, StreamsOutbound = outbound, Streams = total, Memory = memory };
}
