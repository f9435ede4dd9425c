using Rcmgr.Exploration;
using Rcmgr.Tool.Demo;
using Rcmgr.Tool.Soak;

namespace Rcmgr.Tool.Tests.Soak;

public sealed class SoakTests
{
    private const int Shards = 8;

    // One process counts all memory of all tests that run at the same time, so none is judged here.
    private static readonly SoakSettings Short = new(Operations: 400_000, Threads: 4, Seed: 7, MostGrowth: long.MaxValue);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_short_soak_holds_and_says_what_it_did()
    {
        await using ToolProcess soak = ToolProcess.Start("soak", "--operations", "300000", "--threads", "3", "--seed", "11");
        List<string> lines = [];
        await foreach (string line in soak.Lines.ReadAllAsync(Ct))
            lines.Add(line);
        Assert.True(await soak.StopAsync(TimeSpan.FromSeconds(30)));

        Assert.Equal("seed 11: 300,000 operations on 3 threads", lines[0]);
        Assert.StartsWith("HELD: 300,", lines[^1], StringComparison.Ordinal);
        Assert.Equal(ExitCode.Success, soak.ExitCode);
    }

    [Theory]
    [InlineData("--operations", "0")]
    [InlineData("--operations", "many")]
    [InlineData("--threads", "0")]
    [InlineData("--threads", "257")]
    public async Task Numbers_out_of_range_are_errors_of_usage(string option, string value) =>
        Assert.Equal(ExitCode.Usage, (await ToolRun.RunAsync("soak", option, value)).ExitCode);

    [Fact]
    public async Task A_soak_that_is_cancelled_has_not_held()
    {
        using CancellationTokenSource cancelled = new();
        await cancelled.CancelAsync();
        SoakRunner runner = new(Short, options => new ResourceManager(options));

        Assert.Equal("it was cancelled", await runner.RunAsync(TextWriter.Null, cancelled.Token));
    }

    /// <summary>
    /// One test, because the fault is planted for the whole process. Those that only concurrent callers meet are for the exploration to
    /// find in every run; a short soak finds them in some.
    /// </summary>
    [Fact]
    public async Task Planted_faults_are_found_and_nothing_else_is()
    {
        Assert.Null(await RunAsync(Fault.None));
        Assert.NotNull(await RunAsync(Fault.LosesParkedCredit));
        Assert.NotNull(await RunAsync(Fault.AdmitsTooMuch));
    }

    private static Task<string?> RunAsync(Fault fault)
    {
        FaultyAccounting.Planted = fault;
        SoakRunner runner = new(Short, options => new ResourceManager(
            options, (limits, allowlist) => new AccountingEngine<FaultyAccounting>(limits, allowlist, Shards)));
        return runner.RunAsync(TextWriter.Null, Ct);
    }
}
