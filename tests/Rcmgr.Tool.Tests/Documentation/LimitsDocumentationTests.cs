using System.Text.RegularExpressions;
using Rcmgr.Tool.Node;

namespace Rcmgr.Tool.Tests.Documentation;

public sealed partial class LimitsDocumentationTests
{
    private static readonly LimitsPage Page = LimitsPage.Read("LIMITS.md");
    private static readonly string[] Files = Page.Files;

    private static readonly LimitsReadOptions Options = new()
    {
        ParsePeer = LimitsFile.ParsePeer,
        Defaults = ScalingLimits.DefaultWithServices.Scale(1L << 30, 500),
    };

    public static TheoryData<string> Examples { get; } = [.. Files];

    public static TheoryData<string, string, string> Messages { get; } = [.. Page.Messages];

    public static TheoryData<string, string> Sessions { get; } =
        [.. Session().Matches(Page.Text).Select(block => (block.Groups[1].Value, block.Groups[2].Value))];

    [Theory]
    [MemberData(nameof(Examples))]
    public void Every_limits_file_of_the_documentation_is_without_problems(string json) =>
        Assert.Empty(LimitsJson.Parse(json, Options).Problems);

    [Theory]
    [MemberData(nameof(Messages))]
    public void Every_message_of_the_documentation_is_the_one_that_is_given(string json, string severity, string message)
    {
        LimitsProblem problem = Assert.Single(LimitsJson.Parse(json, Options).Problems);

        Assert.Equal(severity == "error", problem.IsError);
        Assert.Contains(message, problem.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Sessions))]
    public async Task Every_command_of_the_documentation_prints_what_is_shown(string arguments, string shown)
    {
        using TemporaryFile file = new(Files[0]);

        ToolRun run = await ToolRun.RunAsync([.. arguments.Split(' ').Select(argument => argument == "limits.json" ? file.Path : argument)]);

        string printed = Spaces().Replace(run.Output.Replace(file.Path, "limits.json", StringComparison.Ordinal), " ");
        Assert.All(shown.Trim().Split('\n'), line => Assert.Contains(line, printed, StringComparison.Ordinal));
    }

    [Fact]
    public void The_documentation_has_all_of_these()
    {
        Assert.True(Files.Length >= 5);
        Assert.True(Messages.Count >= 10);
        Assert.Equal(2, Sessions.Count);
    }

    [GeneratedRegex("```console\n\\$ rcmgr (.*?)\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Session();

    [GeneratedRegex(" +")]
    private static partial Regex Spaces();
}
