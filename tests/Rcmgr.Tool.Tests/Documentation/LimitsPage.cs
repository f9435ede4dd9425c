using System.Text.RegularExpressions;

namespace Rcmgr.Tool.Tests.Documentation;

/// <summary>A page of the documentation that shows files of limits, and what is said of wrong ones.</summary>
internal sealed partial class LimitsPage
{
    private LimitsPage(string text)
    {
        Text = text;
        Files = [.. JsonBlock().Matches(text).Select(block => block.Groups[1].Value)];
        Messages = [.. MessageRow().Matches(text).Select(row => (row.Groups[1].Value, row.Groups[2].Value, row.Groups[3].Value))];
    }

    public string Text { get; }

    public string[] Files { get; }

    public (string Json, string Severity, string Message)[] Messages { get; }

    public static LimitsPage Read(string name) => new(File.ReadAllText(Path.Combine(DocumentationTests.Root, "docs", name)));

    [GeneratedRegex("```json\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex JsonBlock();

    [GeneratedRegex(@"^\| `(\{.*?\})` \| (error|warning) \| `(.*)` \|$", RegexOptions.Multiline)]
    private static partial Regex MessageRow();
}
