namespace Rcmgr.Tests.Accounting;

public sealed class UsageVectorTests
{
    private static readonly UsageVector Three =
        new() { Memory = 3, StreamsInbound = 3, StreamsOutbound = 3, ConnectionsInbound = 3, ConnectionsOutbound = 3, FileDescriptors = 3 };

    public static TheoryData<string> Fields => new(
        nameof(UsageVector.Memory),
        nameof(UsageVector.StreamsInbound),
        nameof(UsageVector.StreamsOutbound),
        nameof(UsageVector.ConnectionsInbound),
        nameof(UsageVector.ConnectionsOutbound),
        nameof(UsageVector.FileDescriptors));

    [Theory]
    [MemberData(nameof(Fields))]
    public void A_vector_that_holds_anything_is_not_zero(string field)
    {
        Assert.True(default(UsageVector).IsZero);
        Assert.False(Only(field, 1).IsZero);
        Assert.False(Only(field, int.MaxValue).IsZero);
    }

    [Theory]
    [MemberData(nameof(Fields))]
    public void A_vector_contains_what_is_no_more_than_it_in_every_resource(string field)
    {
        Assert.True(Three.Contains(Only(field, 3)));
        Assert.True(Three.Contains(Three));
        Assert.False(Three.Contains(Only(field, 4)));
        Assert.False(default(UsageVector).Contains(Only(field, 1)));
    }

    [Theory]
    [MemberData(nameof(Fields))]
    public void What_is_added_can_be_taken_away_again(string field)
    {
        UsageVector vector = Three;

        vector.Add(Only(field, 2));
        Assert.True(vector.Contains(Only(field, 5)));
        Assert.False(vector.Contains(Only(field, 6)));

        Assert.True(vector.Remove(Only(field, 2)));
        Assert.Equal(Three, vector);
    }

    [Theory]
    [MemberData(nameof(Fields))]
    public void What_is_not_there_is_not_taken_away_and_is_told(string field)
    {
        UsageVector vector = Three;

        Assert.False(vector.Remove(Only(field, 4)));

        Assert.False(vector.Contains(Only(field, 1)));
        vector.Add(Only(field, 3));
        Assert.Equal(Three, vector);
    }

    [Theory]
    [MemberData(nameof(Fields))]
    public void The_lesser_of_two_vectors_is_taken_in_every_resource(string field)
    {
        UsageVector more = Three;
        more.Add(Only(field, 1));

        Assert.Equal(Three, more.AtMost(Three));
        Assert.Equal(Three, Three.AtMost(more));
        Assert.Equal(Only(field, 3), Three.AtMost(Only(field, 7)));
    }

    private static UsageVector Only(string field, int amount) => field switch
    {
        nameof(UsageVector.Memory) => new() { Memory = amount },
        nameof(UsageVector.StreamsInbound) => new() { StreamsInbound = amount },
        nameof(UsageVector.StreamsOutbound) => new() { StreamsOutbound = amount },
        nameof(UsageVector.ConnectionsInbound) => new() { ConnectionsInbound = amount },
        nameof(UsageVector.ConnectionsOutbound) => new() { ConnectionsOutbound = amount },
        _ => new() { FileDescriptors = amount },
    };
}
