using CsCheck;

namespace Rcmgr.Tests.Limits;

public sealed class ScalingLimitsTests
{
    private const long MiB = 1L << 20;
    private const long GiB = 1L << 30;

    [Fact]
    public void Example_A_scales_to_8_GiB_and_16384_descriptors()
    {
        ResourceManagerLimits limits = ScalingLimits.Default.Scale(8 * GiB, 16384);

        Assert.Equal(Limits(9216, 18432, 18432, 576, 1152, 1152, 8_724_152_320, 16384), limits.System);
        Assert.Equal(limits.System, limits.AllowlistedSystem);
        Assert.Equal(Limits(1152, 2304, 2304, 160, 320, 320, 1_107_296_256, 4096), limits.Transient);
        Assert.Equal(limits.Transient, limits.AllowlistedTransient);
        Assert.Equal(Limits(5120, 20480, 20480, 0, 0, 0, 1_140_850_688, 0), limits.ServiceDefault);
        Assert.Equal(Limits(160, 320, 320, 0, 0, 0, 50_331_648, 0), limits.ServicePeerDefault);
        Assert.Equal(Limits(2560, 6144, 6144, 0, 0, 0, 1_442_840_576, 0), limits.ProtocolDefault);
        Assert.Equal(Limits(96, 192, 384, 0, 0, 0, 16_777_248, 0), limits.ProtocolPeerDefault);
        Assert.Equal(Limits(1280, 2560, 2560, 8, 8, 8, 1_140_850_688, 256), limits.PeerDefault);
        Assert.Equal(Limits(0, 0, 0, 1, 1, 1, 32 * MiB, 1), limits.Connection);
        Assert.Equal(Limits(1, 1, 1, 0, 0, 0, 16 * MiB, 0), limits.Stream);
        Assert.Empty(limits.Service);
    }

    [Fact]
    public void Example_B_auto_scales_a_host_of_4_GiB_and_1024_descriptors()
    {
        AutoScaledLimits scaled = ScalingLimits.DefaultWithServices.AutoScale(new HostCapacity(4 * GiB, "test", 1024, "test"));
        ResourceManagerLimits limits = scaled.Limits;

        Assert.Equal(512 * MiB, scaled.ScaledMemory);
        Assert.Equal(512, scaled.ScaledFileDescriptors);
        Assert.Equal(Limits(1536, 3072, 3072, 96, 192, 192, 671_088_640, 512), limits.System);
        Assert.Equal(Limits(192, 384, 384, 40, 80, 80, 100_663_296, 128), limits.Transient);
        Assert.Equal(Limits(1280, 5120, 5120, 0, 0, 0, 134_217_728, 0), limits.ServiceDefault);
        Assert.Equal(Limits(130, 260, 260, 0, 0, 0, 18_874_368, 0), limits.ServicePeerDefault);
        Assert.Equal(Limits(640, 2304, 2304, 0, 0, 0, 153_092_096, 0), limits.ProtocolDefault);
        Assert.Equal(Limits(66, 132, 264, 0, 0, 0, 16_777_218, 0), limits.ProtocolPeerDefault);
        Assert.Equal(Limits(320, 640, 640, 8, 8, 8, 134_217_728, 8), limits.PeerDefault);
        Assert.Equal(Limits(96, 96, 192, 0, 0, 0, 6_291_456, 0), limits.Service["libp2p.identify"]);
        Assert.Equal(Limits(96, 96, 96, 0, 0, 0, 6_291_456, 0), limits.Service["libp2p.ping"]);
        Assert.Equal(Limits(66, 66, 66, 0, 0, 0, 5_242_880, 0), limits.Service["libp2p.autonat"]);
        Assert.Equal(Limits(36, 36, 72, 0, 0, 0, 6_291_456, 0), limits.Service["libp2p.holepunch"]);
        Assert.Equal(Limits(384, 384, 384, 0, 0, 0, 25_165_824, 0), limits.Service["libp2p.relay/v2"]);
        Assert.Equal(Limits(960, 960, 960, 0, 0, 0, 25_165_824, 0), limits.Protocol["/libp2p/circuit/relay/0.2.0/hop"]);
        Assert.Equal(Limits(960, 960, 960, 0, 0, 0, 25_165_824, 0), limits.Protocol["/libp2p/circuit/relay/0.2.0/stop"]);
    }

    [Fact]
    public void Example_C_rounds_down_to_whole_mebibytes_and_whole_units()
    {
        ResourceManagerLimits limits = ScalingLimits.Default.Scale(497_000_000, 512);

        Assert.Equal(Limits(1497, 2994, 2994, 93, 187, 187, 630_194_176, 512), limits.System);
        Assert.Equal(Limits(187, 374, 374, 39, 78, 78, 95_551_488, 128), limits.Transient);
        Assert.Equal(Limits(129, 259, 259, 0, 0, 0, 18_714_624, 0), limits.ServicePeerDefault);
        Assert.Equal(Limits(630, 2284, 2284, 0, 0, 0, 146_542_592, 0), limits.ProtocolDefault);
        Assert.Equal(Limits(65, 131, 263, 0, 0, 0, 16_777_217, 0), limits.ProtocolPeerDefault);
        Assert.Equal(Limits(315, 630, 630, 8, 8, 8, 129_105_920, 8), limits.PeerDefault);
    }

    [Fact]
    public void Example_D_keeps_the_base_up_to_128_MiB_and_counts_all_memory_above()
    {
        ResourceLimits atTheEdge = ScalingLimits.Default.Scale(128 * MiB, 512).System;
        Assert.Equal(Limits(1024, 2048, 2048, 64, 128, 128, 134_217_728, 512), atTheEdge);

        ResourceLimits above = ScalingLimits.Default.Scale(129 * MiB, 512).System;
        Assert.Equal(Limits(1153, 2306, 2306, 72, 144, 144, 269_484_032, 512), above);
    }

    [Fact]
    public void Example_D_never_goes_below_the_base_descriptors_even_when_the_process_has_fewer()
    {
        ResourceManagerLimits limits = ScalingLimits.Default.Scale(100 * MiB, 100);

        Assert.Equal(256, limits.System.FileDescriptors);
        Assert.Equal(64, limits.Transient.FileDescriptors);
        Assert.Equal(4, limits.PeerDefault.FileDescriptors);
    }

    [Theory]
    [InlineData("/ipfs/id/1.0.0")]
    [InlineData("/ipfs/id/push/1.0.0")]
    [InlineData("/ipfs/ping/1.0.0")]
    public void The_published_oddities_are_kept(string protocol)
    {
        ResourceManagerLimits limits = ScalingLimits.DefaultWithServices.Scale(0, 0);

        Assert.Equal(8_590_458_880, limits.ProtocolPeer[protocol].Memory);
        Assert.Equal(8_590_458_880, limits.ServicePeer["libp2p.ping"].Memory);
        Assert.Equal(4, ScalingLimits.Default.ProtocolPeerDefault.Increase.Memory);
    }

    [Fact]
    public void A_stream_scales_with_the_increase_of_a_connection()
    {
        ScalingLimits scaling = ScalingLimits.Default with
        {
            Connection = new ScalingLimit(ResourceLimits.BlockAll, new LimitIncrease { Streams = 10 }),
            Stream = new ScalingLimit(ResourceLimits.BlockAll, new LimitIncrease { Streams = 1000 }),
        };

        Assert.Equal(10, scaling.Scale(GiB, 0).Stream.Streams);
    }

    [Fact]
    public void A_negative_increase_lowers_a_limit()
    {
        ScalingLimit shrinking = new(ResourceLimits.BlockAll with { Streams = 2000 }, new LimitIncrease { Streams = -3 });

        Assert.Equal(1994, shrinking.Scale(2 * GiB, 0).Streams);
    }

    [Theory]
    [InlineData(0, 1000)]
    [InlineData(-0.5, 1000)]
    [InlineData(double.NaN, 1000)]
    [InlineData(0.5, 0)]
    [InlineData(0.5, -1000)]
    public void Without_a_share_of_descriptors_the_base_stands_as_it_is_even_when_it_blocks(double fraction, long descriptors)
    {
        ScalingLimit blocking = new(ResourceLimits.BlockAll with { FileDescriptors = -2000 }, new LimitIncrease { FileDescriptorFraction = fraction });

        Assert.Equal(-2000, blocking.Scale(GiB, descriptors).FileDescriptors);
    }

    [Fact]
    public void A_sum_that_does_not_fit_is_unlimited()
    {
        ScalingLimit huge = new(ResourceLimits.AllowAll, new LimitIncrease { Streams = long.MaxValue, FileDescriptorFraction = 8 });

        ResourceLimits limits = huge.Scale(long.MaxValue, long.MaxValue);

        Assert.Equal(ResourceLimits.AllowAll, limits);
    }

    [Fact]
    public void More_capacity_never_lowers_a_limit()
    {
        Gen<long> size = Gen.Long[-1, 1L << 50];
        Gen.Select(size, size, Gen.Long[-5, 1L << 40], Gen.Long[-5, 1L << 40]).Sample((memory1, memory2, descriptors1, descriptors2) =>
        {
            ResourceManagerLimits small = ScalingLimits.DefaultWithServices.Scale(
                Math.Min(memory1, memory2), Math.Min(descriptors1, descriptors2));
            ResourceManagerLimits large = ScalingLimits.DefaultWithServices.Scale(
                Math.Max(memory1, memory2), Math.Max(descriptors1, descriptors2));
            return LimitGenerators.AllOf(small).Zip(LimitGenerators.AllOf(large)).All(pair => AtMost(pair.First, pair.Second));
        });
    }

    private static bool AtMost(ResourceLimits small, ResourceLimits large) =>
        small.Streams <= large.Streams
        && small.StreamsInbound <= large.StreamsInbound
        && small.StreamsOutbound <= large.StreamsOutbound
        && small.Connections <= large.Connections
        && small.ConnectionsInbound <= large.ConnectionsInbound
        && small.ConnectionsOutbound <= large.ConnectionsOutbound
        && small.FileDescriptors <= large.FileDescriptors
        && small.Memory <= large.Memory;

    // In the column order of the specification's tables.
    private static ResourceLimits Limits(
        long streamsIn, long streamsOut, long streams, long connectionsIn, long connectionsOut, long connections, long memory, long descriptors) =>
        new(streams, streamsIn, streamsOut, connections, connectionsIn, connectionsOut, descriptors, memory);
}
