using Rcmgr.Tool.Demo;

namespace Rcmgr.Tool.Tests.Demo;

public sealed class DemoRunTests
{
    [Fact]
    public async Task A_short_demo_passes_over_tcp_and_quic()
    {
        QuicAvailability.Require();
        ToolRun run = await ToolRun.RunAsync("demo", "--seconds", "8");

        Assert.True(run.ExitCode == ExitCode.Success, $"{run.Output}{run.Error}");
        Assert.Contains("  ok    the honest peer over TCP lost 0 of", run.Output, StringComparison.Ordinal);
        Assert.Contains("  ok    the honest peer over QUIC lost 0 of", run.Output, StringComparison.Ordinal);
        Assert.Contains("  ok    the node stopped when it was asked to, with nothing in use", run.Output, StringComparison.Ordinal);
        Assert.StartsWith("PASSED", run.LastLine, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_quics_libraries_the_demo_runs_on_tcp_and_says_why()
    {
        CancellationToken ct = TestContext.Current.CancellationToken;
        await using ToolProcess demo = ToolProcess.Start(
            new Dictionary<string, string> { ["RCMGR_NGTCP2_UNAVAILABLE"] = "the test left it out" }, "demo", "--seconds", "8");

        List<string> lines = await demo.Lines.ReadAllAsync(ct).ToListAsync(ct);
        await demo.StopAsync(TimeSpan.FromSeconds(5));

        Assert.True(demo.ExitCode == ExitCode.Success, $"{string.Join(Environment.NewLine, lines)}{demo.Errors}");
        Assert.Contains(lines, line => line.Contains("QUIC was left out", StringComparison.Ordinal) && line.Contains("the test left it out", StringComparison.Ordinal));
        Assert.DoesNotContain(lines, line => line.Contains("over QUIC", StringComparison.Ordinal));
        Assert.StartsWith("PASSED", lines[^1], StringComparison.Ordinal);
    }
}
