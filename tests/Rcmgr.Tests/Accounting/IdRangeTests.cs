namespace Rcmgr.Tests.Accounting;

public sealed class IdRangeTests
{
    [Fact]
    public void No_number_is_given_twice_and_busy_shards_take_whole_blocks()
    {
        long last = 0;
        IdRange quiet = default;
        IdRange busy = default;
        HashSet<long> given = [];
        for (int i = 0; i < 1_000; i++)
        {
            Assert.True(given.Add(busy.Next(ref last)));
            if (i % 100 == 0)
                Assert.True(given.Add(quiet.Next(ref last)));
        }

        Assert.Equal(1_010, given.Count);
        Assert.Equal(1, given.Min());

        // Sixteen one by one, the rest in four blocks of 256, and ten for the quiet one.
        Assert.Equal(16 + (4 * 256) + 10, last);
    }
}
