namespace Rcmgr.Tests.Limits;

public sealed class ResourceManagerLimitsTests
{
    private static readonly ResourceLimits Named = ResourceLimits.BlockAll with { Streams = 7 };
    private static readonly PeerKey Peer = new("peer");

    private static readonly ResourceManagerLimits Limits = ResourceManagerLimits.Infinite with
    {
        ServiceDefault = ResourceLimits.BlockAll with { Streams = 1 },
        ServicePeerDefault = ResourceLimits.BlockAll with { Streams = 2 },
        ProtocolDefault = ResourceLimits.BlockAll with { Streams = 3 },
        ProtocolPeerDefault = ResourceLimits.BlockAll with { Streams = 4 },
        PeerDefault = ResourceLimits.BlockAll with { Streams = 5 },
        Service = new Dictionary<string, ResourceLimits> { ["x"] = Named },
        ServicePeer = new Dictionary<string, ResourceLimits> { ["x"] = Named },
        Protocol = new Dictionary<string, ResourceLimits> { ["x"] = Named },
        ProtocolPeer = new Dictionary<string, ResourceLimits> { ["x"] = Named },
        Peer = new Dictionary<PeerKey, ResourceLimits> { [Peer] = Named },
    };

    [Fact]
    public void Look_ups_find_the_entry_of_the_name()
    {
        Assert.Same(Named, Limits.ServiceLimits("x"));
        Assert.Same(Named, Limits.ServicePeerLimits("x"));
        Assert.Same(Named, Limits.ProtocolLimits("x"));
        Assert.Same(Named, Limits.ProtocolPeerLimits("x"));
        Assert.Same(Named, Limits.PeerLimits(new PeerKey("peer")));
    }

    [Fact]
    public void Look_ups_fall_back_to_the_default_of_the_class_and_tell_case_apart()
    {
        Assert.Equal(1, Limits.ServiceLimits("X").Streams);
        Assert.Equal(2, Limits.ServicePeerLimits("X").Streams);
        Assert.Equal(3, Limits.ProtocolLimits("X").Streams);
        Assert.Equal(4, Limits.ProtocolPeerLimits("X").Streams);
        Assert.Equal(5, Limits.PeerLimits(new PeerKey("PEER")).Streams);
    }

    [Fact]
    public void Look_ups_do_not_allocate()
    {
        LookUpAll();
        long before = GC.GetAllocatedBytesForCurrentThread();
        LookUpAll();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void Maps_are_copied_and_lose_a_comparer_that_folds_case()
    {
        Dictionary<string, ResourceLimits> source = new(StringComparer.OrdinalIgnoreCase) { ["x"] = Named };
        ResourceManagerLimits limits = Limits with { Service = source };
        source["y"] = Named;

        Assert.Single(limits.Service);
        Assert.Equal(1, limits.ServiceLimits("X").Streams);
    }

    [Fact]
    public void Infinite_allows_everything_under_every_name()
    {
        Assert.All(LimitGenerators.AllOf(ResourceManagerLimits.Infinite), limits => Assert.Equal(ResourceLimits.AllowAll, limits));
        Assert.Equal(ResourceLimits.AllowAll, ResourceManagerLimits.Infinite.ServiceLimits("any"));
    }

    [Fact]
    public void Equality_is_by_content()
    {
        ResourceManagerLimits same = Limits with { Service = new Dictionary<string, ResourceLimits> { ["x"] = Named with { } } };
        ResourceManagerLimits other = Limits with { Service = new Dictionary<string, ResourceLimits> { ["x"] = ResourceLimits.BlockAll } };

        Assert.Equal(Limits, same);
        Assert.Equal(Limits.GetHashCode(), same.GetHashCode());
        Assert.NotEqual(Limits, other);
    }

    [Fact]
    public void Limits_that_differ_in_one_place_are_not_equal()
    {
        ResourceManagerLimits[] others =
        [
            Limits with { Stream = Named },
            Limits with { System = Named },
            Limits with { Service = new Dictionary<string, ResourceLimits>() },
            Limits with { ServicePeer = new Dictionary<string, ResourceLimits> { ["y"] = Named } },
            Limits with { Protocol = new Dictionary<string, ResourceLimits> { ["x"] = ResourceLimits.AllowAll } },
            Limits with { ProtocolPeer = new Dictionary<string, ResourceLimits> { ["x"] = Named, ["y"] = Named } },
            Limits with { Peer = new Dictionary<PeerKey, ResourceLimits>() },
        ];

        Assert.All(others, other =>
        {
            Assert.False(Limits.Equals(other));
            Assert.False(other.Equals(Limits));
        });
        Assert.False(Limits.Equals(null));
    }

    private static void LookUpAll()
    {
        Limits.ServiceLimits("x");
        Limits.ServicePeerLimits("y");
        Limits.ProtocolLimits("x");
        Limits.ProtocolPeerLimits("y");
        Limits.PeerLimits(Peer);
    }
}
