namespace Rcmgr.Tests.Limits;

public sealed class NameSuggestionTests
{
    [Theory]
    [InlineData("Connections", "Conns")]
    [InlineData("Conn", "Conns")]
    [InlineData("ConnectionsInbound", "ConnsInbound")]
    [InlineData("connectionsoutbound", "ConnsOutbound")]
    [InlineData("FileDescriptors", "FD")]
    [InlineData("FDs", "FD")]
    [InlineData("Descriptors", "FD")]
    [InlineData("Bytes", "Memory")]
    [InlineData("Default", null)]
    public void Limits_are_known_under_their_other_names(string name, string? meant) => Assert.Equal(meant, NameSuggestion.Field(name));

    [Theory]
    [InlineData("Connection", "Conn")]
    [InlineData("ConnDefault", "Conn")]
    [InlineData("StreamDefault", "Stream")]
    [InlineData("Default", "System")]
    [InlineData("Global", "System")]
    [InlineData("Bytes", null)]
    public void Sections_are_known_under_their_other_names(string name, string? meant) => Assert.Equal(meant, NameSuggestion.Section(name));

    [Theory]
    [InlineData("infinite", "unlimited")]
    [InlineData("Infinity", "unlimited")]
    [InlineData("inf", "unlimited")]
    [InlineData("max", "unlimited")]
    [InlineData("none", "blockAll")]
    [InlineData("block", "blockAll")]
    [InlineData("defualt", "default")]
    [InlineData("Global", null)]
    public void Words_are_known_under_their_other_names(string name, string? meant) => Assert.Equal(meant, NameSuggestion.Word(name));

    [Theory]
    [InlineData("abcdefghi", "abcdefghi")]
    [InlineData("ABCDEFGHI", "abcdefghi")]
    [InlineData("xyzdefghi", "abcdefghi")]
    [InlineData("abcdefxyz", "abcdefghi")]
    [InlineData("xbcdyfghz", "abcdefghi")]
    [InlineData("defghi", "abcdefghi")]
    [InlineData("abcdef", "abcdefghi")]
    [InlineData("xyzabcdefghi", "abcdefghi")]
    [InlineData("abcdefghixyz", "abcdefghi")]
    [InlineData("badcfeghi", "abcdefghi")]
    [InlineData("bacdefgih", "abcdefghi")]
    [InlineData("abcdefghiB", "abcdefghi")]
    [InlineData("bA", "Ab")]
    [InlineData("b", "a")]
    [InlineData("", "a")]
    [InlineData("abc", "ab")]
    public void A_third_of_the_letters_may_be_wrong_but_always_one(string name, string candidate) =>
        Assert.Equal(candidate, NameSuggestion.Among(name, [candidate]));

    [Theory]
    [InlineData("wxyzefghi", "abcdefghi")]
    [InlineData("abcdewxyz", "abcdefghi")]
    [InlineData("efghi", "abcdefghi")]
    [InlineData("abcde", "abcdefghi")]
    [InlineData("wxyzabcdefghi", "abcdefghi")]
    [InlineData("abcdefghiwxyz", "abcdefghi")]
    [InlineData("badcfehgi", "abcdefghi")]
    [InlineData("badcfexhi", "abcdefghix")]
    [InlineData("", "ab")]
    [InlineData("cd", "ab")]
    [InlineData("bc", "ab")]
    [InlineData("ca", "ab")]
    [InlineData("bxa", "ab")]
    [InlineData("abcd", "ab")]
    public void With_more_wrong_letters_nothing_is_suggested(string name, string candidate) =>
        Assert.Null(NameSuggestion.Among(name, [candidate]));

    [Fact]
    public void The_nearest_candidate_is_suggested_and_of_equally_near_ones_the_first()
    {
        Assert.Equal("abcdefghi", NameSuggestion.Among("abcdefghx", ["abcdefgyz", "abcdefghi", "xxxxxxxxx"]));
        Assert.Equal("abcdefghi", NameSuggestion.Among("abcdefghx", ["abcdefghi", "abcdefghj"]));
    }

    [Fact]
    public void A_name_of_more_than_40_letters_is_not_compared()
    {
        string forty = new('x', 40);

        Assert.Equal(forty, NameSuggestion.Among(forty, [forty]));
        Assert.Null(NameSuggestion.Among(forty + "x", [forty]));
    }
}
