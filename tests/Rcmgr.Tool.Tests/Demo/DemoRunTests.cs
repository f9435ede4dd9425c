namespace Rcmgr.Tool.Tests.Demo;

public sealed class DemoRunTests
{
    [Fact]
    public async Task A_short_demo_passes()
    {
        ToolRun run = await ToolRun.RunAsync("demo", "--seconds", "8");

        Assert.True(run.ExitCode == ExitCode.Success, $"{run.Output}{run.Error}");
        Assert.Contains("  ok    the node stopped when it was asked to, with nothing in use", run.Output, StringComparison.Ordinal);
        Assert.StartsWith("PASSED", run.LastLine, StringComparison.Ordinal);
    }
}
