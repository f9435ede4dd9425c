namespace Rcmgr.Tool.Tests;

public sealed class ConformanceTests
{
    [Theory]
    [InlineData("autoscale.json", 418)]
    [InlineData("partial_configs.json", 93)]
    [InlineData("scenarios.json", 307)]
    [InlineData("quirks.json", 23)]
    [InlineData("allowlist.json", 40)]
    [InlineData("subnet.json", 68)]
    [InlineData("rate.json", 46)]
    public async Task Every_recorded_case_passes(string file, int cases)
    {
        ToolRun run = await ToolRun.RunAsync("conformance", ToolRun.Data(file));

        Assert.Equal($"{cases} passed, 0 failed, 0 skipped", run.Output.TrimEnd());
        Assert.Equal(0, run.ExitCode);
    }

    [Fact]
    public async Task The_last_line_sums_over_all_files()
    {
        ToolRun run = await ToolRun.RunAsync("conformance", ToolRun.Data("autoscale.json"), ToolRun.Data("partial_configs.json"));

        Assert.Equal("511 passed, 0 failed, 0 skipped", run.LastLine);
    }

    [Fact]
    public async Task A_file_is_told_by_its_content_whatever_its_name_and_header()
    {
        using TemporaryFile file = new("""
            {"seed":7,"cases":[{"name":"n","defaults":"infinite","input":"{\"System\":1}","errorClass":"type"}],"unknown":{}}
            """);

        ToolRun run = await ToolRun.RunAsync("conformance", file.Path);

        Assert.Equal("1 passed, 0 failed, 0 skipped", run.LastLine);
        Assert.Equal(0, run.ExitCode);
    }

    [Fact]
    public async Task A_failing_case_is_printed_with_its_first_difference_and_the_exit_code_is_1()
    {
        string recorded = await File.ReadAllTextAsync(ToolRun.Data("partial_configs.json"), TestContext.Current.CancellationToken);
        using TemporaryFile file = new(recorded.Replace("{\\\"FD\\\":\\\"blockAll\\\",\\\"Memory\\\":\\\"1\\\"}", "{\\\"FD\\\":7,\\\"Memory\\\":\\\"1\\\"}"));

        ToolRun run = await ToolRun.RunAsync("conformance", file.Path);

        Assert.Contains("conn and stream over default+services@4GiB,1024: partialJson.Conn.FD: expected 7, got \"blockAll\"", run.Output);
        Assert.Equal("92 passed, 1 failed, 0 skipped", run.LastLine);
        Assert.Equal(1, run.ExitCode);
    }

    [Theory]
    [InlineData("subnet.json", "[\"+\",\"1.2.3.1\",true]", "[\"+\",\"1.2.3.1\",false]", "default: op ")]
    [InlineData("rate.json", "\"10.1.0.1\",true,false]", "\"10.1.0.1\",false,false]", "go default conn rate limiter: event ")]
    public async Task A_decision_by_address_that_differs_fails_its_case(string file, string recorded, string changed, string detail)
    {
        string content = await File.ReadAllTextAsync(ToolRun.Data(file), TestContext.Current.CancellationToken);
        using TemporaryFile copy = new(content.Replace(recorded, changed));

        ToolRun run = await ToolRun.RunAsync("conformance", copy.Path);

        Assert.Contains(detail, run.Output);
        Assert.DoesNotContain(" 0 failed", run.LastLine);
        Assert.Equal(1, run.ExitCode);
    }

    [Fact]
    public async Task A_differing_limit_is_named_by_scope_and_field()
    {
        using TemporaryFile file = new("""{"cases":[{"name":"n","defaults":"infinite","input":"{}","limits":LIMITS}]}"""
            .Replace("LIMITS", Infinite(systemMemory: 5)));

        ToolRun run = await ToolRun.RunAsync("conformance", file.Path);

        Assert.Contains("n over infinite: System: Memory: expected 5, got 9223372036854775807", run.Output);
        Assert.Equal(1, run.ExitCode);
    }

    [Fact]
    public async Task Integers_are_compared_beyond_the_precision_of_doubles()
    {
        using TemporaryFile file = new("""
            {"cases":[{"name":"n","defaults":"infinite","input":"{\"System\":{\"Memory\":9223372036854775806}}",
            "limits":LIMITS,"partialJson":"{\"System\":{\"Memory\":\"9223372036854775805\"}}"}]}
            """.Replace("LIMITS", Infinite(systemMemory: 9223372036854775806)));

        ToolRun run = await ToolRun.RunAsync("conformance", file.Path);

        Assert.Contains("expected \"9223372036854775805\", got \"9223372036854775806\"", run.Output);
    }

    [Fact]
    public async Task A_malformed_case_fails_alone()
    {
        using TemporaryFile file = new("""
            {"cases":[{"name":"a","defaults":"infinite","input":"{}"},{"name":"b","defaults":"infinite","input":"[]","errorClass":"type"}]}
            """);

        ToolRun run = await ToolRun.RunAsync("conformance", file.Path);

        Assert.Equal("1 passed, 1 failed, 0 skipped", run.LastLine);
    }

    [Theory]
    [InlineData("{\"cases\":[{\"some\":1}]}")]
    [InlineData("[1]")]
    [InlineData("not json")]
    public async Task A_file_that_holds_no_known_cases_gives_exit_code_2_and_the_others_still_run(string content)
    {
        using TemporaryFile file = new(content);

        ToolRun run = await ToolRun.RunAsync("conformance", file.Path, file.Path + ".missing", ToolRun.Data("partial_configs.json"));

        Assert.Equal(2, run.ExitCode);
        Assert.Contains(file.Path + ":", run.Error);
        Assert.Contains(file.Path + ".missing:", run.Error);
        Assert.Equal("93 passed, 0 failed, 0 skipped", run.LastLine);
    }

    private static string Infinite(long systemMemory)
    {
        const string Unlimited = "9223372036854775807";
        string vector = $"[{string.Join(',', Enumerable.Repeat(Unlimited, 8))}]";
        string[] sections =
        [
            "Transient", "AllowlistedSystem", "AllowlistedTransient", "ServiceDefault", "ServicePeerDefault",
            "ProtocolDefault", "ProtocolPeerDefault", "PeerDefault", "Conn", "Stream",
        ];
        string system = $"[{string.Join(',', Enumerable.Repeat(Unlimited, 7))},{systemMemory}]";
        return $"{{\"System\":{system},{string.Join(',', sections.Select(section => $"\"{section}\":{vector}"))}}}";
    }
}
