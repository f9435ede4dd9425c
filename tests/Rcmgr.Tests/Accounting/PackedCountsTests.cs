using CsCheck;

namespace Rcmgr.Tests.Accounting;

public sealed class PackedCountsTests
{
    private static readonly Gen<UsageVector> Counts = Gen.Int[0, PackedCounts.Most].Array[5].Select(counts => new UsageVector
    {
        StreamsInbound = counts[0],
        StreamsOutbound = counts[1],
        ConnectionsInbound = counts[2],
        ConnectionsOutbound = counts[3],
        FileDescriptors = counts[4],
    });

    public static TheoryData<ulong> Units => new(
        PackedCounts.OfStream(Direction.Inbound),
        PackedCounts.OfStream(Direction.Outbound),
        PackedCounts.OfConnection(Direction.Inbound, usesFileDescriptor: false),
        PackedCounts.OfConnection(Direction.Outbound, usesFileDescriptor: false),
        PackedCounts.OfConnection(Direction.Inbound, usesFileDescriptor: true));

    [Fact]
    public void What_is_packed_is_unpacked_again() =>
        Counts.Sample(counts => Assert.Equal(counts, PackedCounts.Unpack(PackedCounts.Pack(counts))));

    [Fact]
    public void A_unit_is_what_the_vector_of_the_same_thing_says()
    {
        Assert.All(Enum.GetValues<Direction>(), direction =>
        {
            Assert.Equal(UsageVector.OfStream(direction), PackedCounts.Unpack(PackedCounts.OfStream(direction)));
            Assert.All([true, false], usesFileDescriptor => Assert.Equal(
                UsageVector.OfConnection(direction, usesFileDescriptor),
                PackedCounts.Unpack(PackedCounts.OfConnection(direction, usesFileDescriptor))));
        });
        Assert.Equal(new UsageVector { Memory = 77 }, PackedCounts.Unpack(0, memory: 77));
    }

    [Theory]
    [MemberData(nameof(Units))]
    public void A_field_that_falls_below_zero_or_grows_beyond_its_room_sets_a_guard_and_no_other_does(ulong unit)
    {
        ulong full = PackedCounts.Full;

        Assert.Equal(0UL, full & PackedCounts.Guards);
        Assert.NotEqual(0UL, (0UL - unit) & PackedCounts.Guards);
        Assert.NotEqual(0UL, (full + unit) & PackedCounts.Guards);
        Assert.Equal(0UL, (unit - unit) & PackedCounts.Guards);
        Assert.Equal(0UL, (full - unit + unit) & PackedCounts.Guards);
    }

    [Theory]
    [MemberData(nameof(Units))]
    public void The_fields_of_a_unit_are_all_bits_of_what_it_counts(ulong unit)
    {
        UsageVector fields = PackedCounts.Unpack(PackedCounts.Fields(unit));
        UsageVector one = PackedCounts.Unpack(unit);

        Assert.Equal(one.StreamsInbound * PackedCounts.Most, fields.StreamsInbound);
        Assert.Equal(one.StreamsOutbound * PackedCounts.Most, fields.StreamsOutbound);
        Assert.Equal(one.ConnectionsInbound * PackedCounts.Most, fields.ConnectionsInbound);
        Assert.Equal(one.ConnectionsOutbound * PackedCounts.Most, fields.ConnectionsOutbound);
        Assert.Equal(one.FileDescriptors * PackedCounts.Most, fields.FileDescriptors);
    }
}
