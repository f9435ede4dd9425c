namespace Rcmgr.Tests.Limits;

public sealed class LimitsPathTests
{
    private static readonly string Eighty = new('x', 80);

    [Theory]
    [InlineData(null, null, null, "$")]
    [InlineData("System", null, "FD", "$.System.FD")]
    [InlineData("Service", "/a b", "FD", "$.Service[\"/a b\"].FD")]
    [InlineData("", null, null, "$[\"\"]")]
    [InlineData("a.b", null, "c d", "$[\"a.b\"][\"c d\"]")]
    [InlineData("Service", "\"\n", null, "$.Service[\"\\u0022\\n\"]")]
    public void Names_that_could_be_mistaken_for_path_are_quoted(string? section, string? entry, string? field, string path) =>
        Assert.Equal(path, new LimitsPath(section, entry, field).ToString());

    [Fact]
    public void A_name_of_up_to_80_letters_stands_whole() =>
        Assert.Equal($"$.{Eighty}[\"{Eighty}\"].{Eighty}", new LimitsPath(Eighty, Eighty, Eighty).ToString());

    [Fact]
    public void A_longer_name_is_shortened_to_80_letters() =>
        Assert.Equal($"$.{Eighty}...[\"{Eighty}...\"].{Eighty}...", new LimitsPath(Eighty + "y", Eighty + "y", Eighty + "yz").ToString());

    [Fact]
    public void A_shortened_name_does_not_end_within_a_character()
    {
        string seventyNine = new('/', 79);

        Assert.Equal($"$.Service[\"{seventyNine}...\"]", new LimitsPath("Service", seventyNine + "\U0001F600").ToString());
    }
}
