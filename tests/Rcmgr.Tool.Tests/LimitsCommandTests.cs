namespace Rcmgr.Tool.Tests;

public sealed class LimitsCommandTests
{
    private const long GiB = 1L << 30;

    [Fact]
    public async Task Json_is_the_limits_file_of_a_host_of_the_given_totals_and_nothing_else()
    {
        ToolRun run = await ToolRun.RunAsync("limits", "--memory", $"{8 * GiB}", "--fd", "1000", "--format", "json");

        Assert.Equal(0, run.ExitCode);
        Assert.Equal(
            ScalingLimits.DefaultWithServices.Scale(GiB, 500),
            LimitsJson.Read(run.Output).Build(ResourceManagerLimits.Infinite));
        Assert.Equal(
            LimitsJson.ToText(PartialResourceManagerLimits.FromConcrete(ScalingLimits.DefaultWithServices.Scale(GiB, 500)), indented: true),
            run.Output.TrimEnd());
    }

    [Fact]
    public async Task The_table_says_what_the_limits_are_derived_from()
    {
        ToolRun run = await ToolRun.RunAsync("limits", "--memory", $"{8 * GiB}", "--fd", "1000");

        Assert.Contains("memory: 8589934592 bytes (given on the command line); limits are based on an eighth: 1073741824", run.Output);
        Assert.Contains("file descriptors: 1000 (given on the command line); limits are based on half: 500", run.Output);
        Assert.Matches("(?m)^system +4096 +2048 +4096 +256 +128 +256 +500 +1207959552", run.Output);
        Assert.Matches("(?m)^  libp2p.ping +4 +2 +3 +0 +0 +0 +0 +8590458880", run.Output);
    }

    [Fact]
    public async Task Without_totals_the_limits_are_those_of_this_process()
    {
        ToolRun run = await ToolRun.RunAsync("limits", "--format", "json");

        Assert.Equal(
            ScalingLimits.DefaultWithServices.AutoScale().Limits,
            LimitsJson.Read(run.Output).Build(ResourceManagerLimits.Infinite));
    }

    [Theory]
    [InlineData]
    [InlineData("no-such-command")]
    [InlineData("limits", "--memory", "-1")]
    [InlineData("limits", "--fd", "many")]
    [InlineData("limits", "--fd", "9223372036854775808")]
    [InlineData("limits", "--fd")]
    [InlineData("limits", "--format", "xml")]
    [InlineData("conformance")]
    public async Task Wrong_usage_is_explained_on_the_error_stream_with_exit_code_2(params string[] args)
    {
        ToolRun run = await ToolRun.RunAsync(args);

        Assert.Equal(2, run.ExitCode);
        Assert.NotEmpty(run.Error);
    }
}
