namespace Rcmgr.Tests.Admission;

/// <summary>What is remembered of many subnets when memory is bounded.</summary>
public sealed class SubnetTableTests
{
    private const int Capacity = 256;

    private static readonly TokenRate Rate = new(new ConnectionRate(1, 10), 1_000);

    [Fact]
    public void Up_to_the_capacity_every_bucket_is_remembered()
    {
        SubnetTable table = new(Capacity);
        for (int round = 0; round < 10; round++)
        {
            for (int subnet = 0; subnet < Capacity; subnet++)
                Assert.True(Take(table, subnet, now: 0));
        }

        Assert.All(Enumerable.Range(0, Capacity), subnet => Assert.False(Take(table, subnet, now: 0)));
        Assert.Equal(Capacity, table.Remembered);
    }

    [Fact]
    public void Refused_subnets_leave_no_bucket()
    {
        SubnetTable table = new(Capacity);
        TokenRate blocked = new(new ConnectionRate(1, 0), 1_000);

        for (int subnet = 0; subnet < 1_000; subnet++)
            Assert.False(table.TryTake(new SubnetKey(0, (ulong)subnet, 0), blocked, 0, out _));
        Assert.Equal(0, table.Remembered);
    }

    [Fact]
    public void A_full_table_forgets_no_drained_bucket_for_sprayed_ones()
    {
        SubnetTable table = new(Capacity);
        for (int i = 0; i < 10; i++)
            Assert.True(Take(table, subnet: 0, now: 0));

        for (int subnet = 1; subnet < 100_000; subnet++)
            Assert.True(Take(table, subnet, now: 0));
        Assert.Equal(Capacity, table.Remembered);
        Assert.False(Take(table, subnet: 0, now: 0));
        Assert.True(Take(table, subnet: 0, now: 1_000));
    }

    [Fact]
    public void Buckets_that_are_full_again_make_room_first_and_the_table_shrinks_with_use()
    {
        SubnetTable table = new(Capacity);
        for (int subnet = 0; subnet < Capacity; subnet++)
            Take(table, subnet, now: 0);

        for (int subnet = 1_000; subnet < 1_300; subnet++)
            Take(table, subnet, now: 2_000 * (subnet - 998));
        Assert.InRange(table.Remembered, 1, 3);
    }

    [Fact]
    public void Subnets_that_hold_connections_stay_whatever_is_sprayed_and_take_no_room_from_the_others()
    {
        SubnetTable table = new(Capacity);
        List<SubnetState> holders = [];
        for (int subnet = 0; subnet < 2 * Capacity; subnet++)
        {
            SubnetState holder = table.FindOrAdd(Key(subnet), now: 0);
            holder.Take();
            holders.Add(holder);
        }

        for (int subnet = 1_000; subnet < 20_000; subnet++)
            Assert.True(Take(table, subnet, now: 0));
        Assert.All(Enumerable.Range(0, holders.Count), subnet => Assert.Same(holders[subnet], table.Find(Key(subnet))));
        Assert.Equal(holders.Count, table.Holding);
        Assert.InRange(table.Remembered, Capacity / 2, 3 * Capacity);

        holders.ForEach(holder => holder.Return());
        for (int subnet = 20_000; subnet < 30_000; subnet++)
            Take(table, subnet, now: 10_000 * (subnet - 19_999));
        Assert.Equal(0, table.Holding);
        Assert.InRange(table.Remembered, 1, 3);
    }

    [Fact]
    public void Subnets_whose_halves_cancel_each_other_do_not_meet_in_one_place()
    {
        // A forged source address costs nothing, so whoever knew which subnets meet could slow everybody's look-ups down.
        const int Subnets = 4_096;
        HashSet<uint> hashes = [.. Enumerable.Range(0, Subnets).Select(i => new SubnetKey(((ulong)i << 40) | ((ulong)i << 8), 0, 0).Hash)];
        Assert.InRange(hashes.Count, Subnets - 100, Subnets);
        int[] shards = [.. hashes.Select(hash => (int)(((ulong)hash * 64) >> 32))];
        Assert.InRange(shards.CountBy(shard => shard).Max(shard => shard.Value), 1, 4 * Subnets / 64);
    }

    private static bool Take(SubnetTable table, int subnet, long now) =>
        table.TryTake(Key(subnet), Rate, now, out _);

    private static SubnetKey Key(int subnet) => new((ulong)subnet << 8, 0, 0);
}
