using System.Diagnostics;
using Rcmgr.Tool.Demo;

namespace Rcmgr.Tool.Tests.Node;

public sealed class NodeProcessTests
{
    [Fact]
    public async Task Sigterm_drains_a_node_which_then_exits_with_success()
    {
        CancellationToken ct = TestContext.Current.CancellationToken;
        await using ToolProcess node = ToolProcess.Start("node", "--listen", "/ip4/127.0.0.1/tcp/0", "--json");
        Assert.Contains("\"listening\"", await node.Lines.ReadAsync(ct), StringComparison.Ordinal);

        using Process kill = Process.Start("kill", ["-TERM", $"{node.Id}"]);
        await kill.WaitForExitAsync(ct);
        string last = "";
        await foreach (string line in node.Lines.ReadAllAsync(ct))
            last = line;
        await node.StopAsync(TimeSpan.FromSeconds(10));

        Assert.Equal(
            """{"event":"stopped","inUse":{"streamsInbound":0,"streamsOutbound":0,"connsInbound":0,"connsOutbound":0,"fd":0,"memory":0}}""",
            last);
        Assert.Equal(ExitCode.Success, node.ExitCode);
    }

    [Fact]
    public async Task The_end_of_its_input_stops_a_node_that_was_asked_to_mind_it()
    {
        await using ToolProcess node = ToolProcess.Start("node", "--listen", "/ip4/127.0.0.1/tcp/0", "--json", "--stop-with-input");
        await node.Lines.ReadAsync(TestContext.Current.CancellationToken);

        Assert.True(await node.StopAsync(TimeSpan.FromSeconds(10)));
        Assert.Equal(ExitCode.Success, node.ExitCode);
    }
}
