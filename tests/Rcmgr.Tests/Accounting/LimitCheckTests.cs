using System.Numerics;
using CsCheck;

namespace Rcmgr.Tests.Accounting;

public sealed class LimitCheckTests
{
    private static readonly ResourceLimits One = new(1, 1, 1, 1, 1, 1, 1, 0);

    [Theory]
    [InlineData(MemoryPriority.Low, 1024, true)]
    [InlineData(MemoryPriority.Low, 1632, true)]
    [InlineData(MemoryPriority.Low, 1633, false)]
    [InlineData(MemoryPriority.Low, 2048, false)]
    [InlineData(MemoryPriority.WindowGrowth, 2064, true)]
    [InlineData(MemoryPriority.WindowGrowth, 2065, false)]
    [InlineData(MemoryPriority.Medium, 2448, true)]
    [InlineData(MemoryPriority.Medium, 2449, false)]
    [InlineData(MemoryPriority.High, 3264, true)]
    [InlineData(MemoryPriority.High, 3265, false)]
    [InlineData(MemoryPriority.Always, 4096, true)]
    [InlineData(MemoryPriority.Always, 4097, false)]
    public void A_priority_may_use_its_share_of_the_limit_and_not_a_byte_more(byte priority, long size, bool expected)
    {
        Assert.Equal(expected, LimitCheck.AllowsMemory(TestManagers.Memory(4096), 0, size, priority));
        Assert.Equal(expected, LimitCheck.AllowsMemory(TestManagers.Memory(4096), 1000, size - 1000, priority));
    }

    [Theory]
    [InlineData(0, 0, 0, true)]
    [InlineData(0, 0, 1, false)]
    [InlineData(5, 6, 0, false)]
    [InlineData(5, 5, 0, true)]
    [InlineData(long.MaxValue - 1, 1, long.MaxValue - 2, true)]
    [InlineData(long.MaxValue - 1, 1, long.MaxValue - 1, false)]
    [InlineData(long.MaxValue - 1, long.MaxValue - 1, long.MaxValue, false)]
    [InlineData(long.MaxValue, long.MaxValue, 1, false)]
    [InlineData(long.MaxValue, 1, long.MaxValue - 1, true)]
    [InlineData(-1, 0, 0, false)]
    [InlineData(long.MinValue, 0, 0, false)]
    [InlineData(long.MinValue, 1, 0, false)]
    public void Memory_at_the_edges_neither_wraps_nor_slips_through(long limit, long current, long size, bool expected) =>
        Assert.Equal(expected, LimitCheck.AllowsMemory(TestManagers.Memory(limit), current, size, MemoryPriority.Always));

    [Theory]
    [InlineData(int.MaxValue - 1, true)]
    [InlineData(int.MaxValue, false)]
    public void Without_a_limit_a_counter_goes_to_its_end_and_no_further(int current, bool expected)
    {
        UsageVector held = new() { StreamsInbound = current };

        Assert.Equal(expected, LimitCheck.Allows(TestManagers.All, held, UsageVector.OfStream(Direction.Inbound), ChargeParts.Streams, out _));
        Assert.Equal(expected, LimitCheck.AllowsStream(TestManagers.All, current, 0, Direction.Inbound));
    }

    [Fact]
    public void Who_asks_for_one_resource_is_not_refused_for_another()
    {
        UsageVector held = new() { Memory = 1, StreamsInbound = 2, ConnectionsInbound = 2 };
        UsageVector connection = UsageVector.OfConnection(Direction.Inbound, usesFileDescriptor: false);

        Assert.True(LimitCheck.Allows(TestManagers.All with { Streams = 1, Memory = 0 }, held, connection, ChargeParts.Connections, out _));
        Assert.True(LimitCheck.Allows(
            TestManagers.All with { Connections = 1, Memory = 0 }, held, UsageVector.OfStream(Direction.Inbound), ChargeParts.Streams, out _));
        Assert.False(LimitCheck.Allows(TestManagers.All with { Streams = 1 }, held, connection, ChargeParts.Transfer, out _));
    }

    [Fact]
    public void Of_two_limits_that_are_broken_memory_is_named_first()
    {
        UsageVector delta = new() { Memory = 1, StreamsInbound = 1 };

        Assert.False(LimitCheck.Allows(ResourceLimits.BlockAll, default, delta, ChargeParts.Transfer, out Violation violation));
        Assert.Equal(Resource.Memory, violation.Resource);
    }

    [Fact]
    public void The_memory_threshold_is_the_floor_of_the_share_in_unbounded_integers() =>
        Gen.Select(Gen.Long[0, long.MaxValue - 1], Gen.Byte).Sample((limit, priority) =>
            LimitCheck.MemoryThreshold(limit, priority) == (long)((BigInteger)limit * (1 + priority) >> 8));

    [Fact]
    public void Without_a_limit_the_priority_does_not_matter() =>
        Assert.True(LimitCheck.AllowsMemory(TestManagers.All, long.MaxValue - 10, 10, 0));

    [Fact]
    public void Each_of_the_counted_limits_refuses_the_second_and_is_named()
    {
        UsageVector inbound = UsageVector.OfStream(Direction.Inbound);
        UsageVector outbound = UsageVector.OfStream(Direction.Outbound);
        UsageVector accepted = UsageVector.OfConnection(Direction.Inbound, usesFileDescriptor: false);
        UsageVector dialled = UsageVector.OfConnection(Direction.Outbound, usesFileDescriptor: false);
        UsageVector descriptor = UsageVector.OfConnection(Direction.Inbound, usesFileDescriptor: true);

        AssertRefuses(One with { Streams = 9 }, inbound, inbound, Resource.Streams, Direction.Inbound);
        AssertRefuses(One with { Streams = 9 }, outbound, outbound, Resource.Streams, Direction.Outbound);
        AssertRefuses(One, inbound, outbound, Resource.Streams, null);
        AssertRefuses(One with { Connections = 9 }, accepted, accepted, Resource.Connections, Direction.Inbound);
        AssertRefuses(One with { Connections = 9 }, dialled, dialled, Resource.Connections, Direction.Outbound);
        AssertRefuses(One, accepted, dialled, Resource.Connections, null);
        AssertRefuses(One with { Connections = 9, ConnectionsInbound = 9 }, descriptor, descriptor, Resource.FileDescriptors, null);
    }

    [Fact]
    public void A_direction_is_checked_before_the_total_and_the_total_before_file_descriptors()
    {
        UsageVector descriptor = UsageVector.OfConnection(Direction.Inbound, usesFileDescriptor: true);

        AssertRefuses(One, descriptor, descriptor, Resource.Connections, Direction.Inbound);
        AssertRefuses(One with { ConnectionsInbound = 9 }, descriptor, descriptor, Resource.Connections, null);
    }

    [Fact]
    public void A_total_below_the_use_refuses_even_an_amount_of_zero()
    {
        UsageVector two = new() { StreamsInbound = 1, StreamsOutbound = 1 };

        Assert.False(LimitCheck.Allows(One, two, default, ChargeParts.Transfer, out Violation violation));
        Assert.Equal((Resource.Streams, 2L, 0L, 1L), (violation.Resource, violation.Current, violation.Requested, violation.Limit));
    }

    [Theory]
    [InlineData(Direction.Inbound)]
    [InlineData(Direction.Outbound)]
    public void A_total_counts_both_directions_and_the_violation_says_so(Direction direction)
    {
        ResourceLimits five = ResourceLimits.AllowAll with { Streams = 5, Connections = 5 };

        Assert.True(LimitCheck.AllowsStream(five, 3, 1, direction) && LimitCheck.AllowsConnection(five, 3, 1, 0, direction, usesFileDescriptor: false));
        Assert.False(LimitCheck.AllowsStream(five, 3, 2, direction) || LimitCheck.AllowsConnection(five, 3, 2, 0, direction, usesFileDescriptor: false));
        Violation streams = LimitCheck.StreamViolation(five, 3, 2, direction);
        Assert.Equal((Resource.Streams, null, 5L, 5L), (streams.Resource, streams.Direction, streams.Current, streams.Limit));
    }

    private static void AssertRefuses(
        ResourceLimits limits, in UsageVector current, in UsageVector delta, Resource resource, Direction? direction)
    {
        const ChargeParts Parts = ChargeParts.Streams | ChargeParts.Connections;
        Assert.True(LimitCheck.Allows(limits, default, current, Parts, out _));
        Assert.False(LimitCheck.Allows(limits, current, delta, Parts, out Violation violation));
        Assert.Equal((resource, direction), (violation.Resource, violation.Direction));
        Assert.Equal((1, 1, 1), (violation.Current, violation.Requested, violation.Limit));
    }
}
