using System.Text.Json;
using System.Text.RegularExpressions;
using Rcmgr.Tool.Admin;

namespace Rcmgr.Tool.Tests.Documentation;

public sealed partial class DocumentationTests
{
    /// <summary>The repository.</summary>
    internal static string Root { get; } = FindRoot();

    public static TheoryData<string> Pages { get; } =
        [.. Directory.EnumerateFiles(Path.Combine(Root, "docs"), "*.md").Append(Path.Combine(Root, "README.md")).Select(page => Path.GetRelativePath(Root, page))];

    [Theory]
    [MemberData(nameof(Pages))]
    public async Task Every_csharp_example_of_the_documentation_is_code_that_the_tests_run(string page)
    {
        CancellationToken ct = TestContext.Current.CancellationToken;
        string[] files = Directory.GetFiles(Path.Combine(Root, "tests"), "*Example*.cs", SearchOption.AllDirectories);
        string[] examples = await Task.WhenAll(files.Select(async file => Squeeze(await File.ReadAllTextAsync(file, ct))));

        foreach (Match block in CsharpBlock().Matches(await File.ReadAllTextAsync(Path.Combine(Root, page), ct)))
        {
            string code = Squeeze(block.Groups[1].Value);
            Assert.True(examples.Any(example => example.Contains(code, StringComparison.Ordinal)), $"{page} shows code that no example runs:\n{block.Groups[1].Value}");
        }
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public async Task Every_test_that_the_documentation_names_exists(string page)
    {
        CancellationToken ct = TestContext.Current.CancellationToken;
        string text = await File.ReadAllTextAsync(Path.Combine(Root, page), ct);
        HashSet<string> named = [.. TestName().Matches(text).Select(match => match.Groups[1].Value)];
        if (named.Count == 0)
            return;

        string[] files = Directory.GetFiles(Path.Combine(Root, "tests"), "*.cs", SearchOption.AllDirectories);
        foreach (string file in files)
            named.ExceptWith(Method().Matches(await File.ReadAllTextAsync(file, ct)).Select(match => match.Groups[1].Value));

        Assert.Empty(named);
    }

    [Fact]
    public async Task The_dashboard_asks_only_for_metrics_that_are_published()
    {
        using ResourceManager manager = new(ResourceManagerLimits.Infinite);
        using PrometheusExporter exporter = new(manager.Meter);
        using StreamScope stream = manager.OpenStream(new PeerKey("a"), Direction.Inbound);
        stream.TryReserveMemory(long.MaxValue, MemoryPriority.Always, out _);
        stream.TryReserveMemory(long.MaxValue, MemoryPriority.Always, out _);
        string published = exporter.Collect(default);

        string dashboard = await File.ReadAllTextAsync(Path.Combine(Root, "dashboards", "rcmgr.json"), TestContext.Current.CancellationToken);
        using JsonDocument parsed = JsonDocument.Parse(dashboard);
        string[] asked = [.. MetricName().Matches(dashboard).Select(match => match.Value).Distinct()];

        Assert.NotEmpty(asked);
        Assert.All(asked, name => Assert.Contains($"# TYPE {name} ", published, StringComparison.Ordinal));
    }

    /// <summary>Without indentation, empty lines and the imports at the top.</summary>
    private static string Squeeze(string code) =>
        string.Join('\n', code.Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0 && !Import().IsMatch(line)));

    private static string FindRoot()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Rcmgr.slnx")))
            folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException($"{AppContext.BaseDirectory} is not inside the repository.");
    }

    [GeneratedRegex("```csharp\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex CsharpBlock();

    [GeneratedRegex("`([A-Z][a-z0-9]*_[A-Za-z0-9_]+)`")]
    private static partial Regex TestName();

    [GeneratedRegex(@" (\w+_\w+)\(")]
    private static partial Regex Method();

    [GeneratedRegex(@"^using [\w.]+;$")]
    private static partial Regex Import();

    [GeneratedRegex("libp2p_rcmgr_[a-z_]+")]
    private static partial Regex MetricName();
}
