namespace Rcmgr.Tests.Admission;

/// <summary>What happens to the buckets of many subnets when memory is bounded.</summary>
public sealed class RateBucketsTests
{
    private const int Capacity = 256;

    private static readonly TokenRate Rate = new(new ConnectionRate(1, 10), 1_000);

    [Fact]
    public void Up_to_the_capacity_every_bucket_is_remembered()
    {
        RateBuckets buckets = new(Capacity);
        for (int round = 0; round < 10; round++)
        {
            for (int subnet = 0; subnet < Capacity; subnet++)
                Assert.True(Take(buckets, subnet, now: 0));
        }

        Assert.All(Enumerable.Range(0, Capacity), subnet => Assert.False(Take(buckets, subnet, now: 0)));
        Assert.Equal(Capacity, buckets.Count);
    }

    [Fact]
    public void Refused_subnets_leave_no_bucket()
    {
        RateBuckets buckets = new(Capacity);
        TokenRate blocked = new(new ConnectionRate(1, 0), 1_000);

        for (int subnet = 0; subnet < 1_000; subnet++)
            Assert.False(buckets.TryTake(new SubnetKey((UInt128)subnet, 0), blocked, 0, out _));
        Assert.Equal(0, buckets.Count);
    }

    [Fact]
    public void A_full_table_forgets_no_drained_bucket_for_sprayed_ones()
    {
        RateBuckets buckets = new(Capacity);
        for (int i = 0; i < 10; i++)
            Assert.True(Take(buckets, subnet: 0, now: 0));

        for (int subnet = 1; subnet < 100_000; subnet++)
            Assert.True(Take(buckets, subnet, now: 0));
        Assert.Equal(Capacity, buckets.Count);
        Assert.False(Take(buckets, subnet: 0, now: 0));
        Assert.True(Take(buckets, subnet: 0, now: 1_000));
    }

    [Fact]
    public void Buckets_that_are_full_again_make_room_first_and_the_table_shrinks_with_use()
    {
        RateBuckets buckets = new(Capacity);
        for (int subnet = 0; subnet < Capacity; subnet++)
            Take(buckets, subnet, now: 0);

        for (int subnet = 1_000; subnet < 1_300; subnet++)
            Take(buckets, subnet, now: 2_000 * (subnet - 998));
        Assert.InRange(buckets.Count, 1, 3);
    }

    private static bool Take(RateBuckets buckets, int subnet, long now) =>
        buckets.TryTake(new SubnetKey((UInt128)subnet << 72, 0), Rate, now, out _);
}
