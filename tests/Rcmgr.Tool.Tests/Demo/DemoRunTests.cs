namespace Rcmgr.Tool.Tests.Demo;

public sealed class DemoRunTests
{
    [Fact]
    public async Task A_short_demo_passes()
    {
        ToolRun run = await ToolRun.RunAsync("demo", "--seconds", "8");

        Assert.True(run.ExitCode == ExitCode.Success, $"{run.Output}{run.Error}");
        Assert.StartsWith("PASSED", run.LastLine, StringComparison.Ordinal);
    }
}
