namespace Rcmgr.Tool.Tests.Documentation;

public sealed class AdmissionDocumentationTests
{
    private static readonly LimitsPage Page = LimitsPage.Read("ADMISSION.md");

    public static TheoryData<string> Examples { get; } = [.. Page.Files];

    public static TheoryData<string, string, string> Messages { get; } = [.. Page.Messages];

    [Theory]
    [MemberData(nameof(Examples))]
    public void Every_file_of_limits_by_address_of_the_documentation_is_without_problems(string json) =>
        Assert.Empty(ConnectionLimitsJson.Parse(json).Problems);

    [Theory]
    [MemberData(nameof(Messages))]
    public void Every_message_of_the_documentation_is_the_one_that_is_given(string json, string severity, string message)
    {
        LimitsProblem problem = Assert.Single(ConnectionLimitsJson.Parse(json).Problems);

        Assert.Equal(severity == "error", problem.IsError);
        Assert.Contains(message, problem.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_documentation_has_all_of_these()
    {
        Assert.Single(Page.Files);
        Assert.True(Page.Messages.Length >= 8);
    }
}
