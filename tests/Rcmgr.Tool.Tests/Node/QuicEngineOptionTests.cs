using System.CommandLine;
using Rcmgr.Libp2p;
using Rcmgr.Tool.Commands;

namespace Rcmgr.Tool.Tests.Node;

public sealed class QuicEngineOptionTests
{
    [Theory]
    [InlineData(QuicEngine.Auto)]
    [InlineData(QuicEngine.Auto, "--quic-engine", "auto")]
    [InlineData(QuicEngine.MsQuic, "--quic-engine", "msquic")]
    [InlineData(QuicEngine.Ngtcp2, "--quic-engine", "ngtcp2")]
    public void An_engine_is_asked_for_by_its_name(QuicEngine engine, params string[] arguments)
    {
        Option<QuicEngine> option = QuicEngineOption.Create();

        Assert.Equal(engine, new Command("any") { option }.Parse(arguments).GetValue(option));
    }

    [Fact]
    public async Task Another_name_is_refused_with_those_that_there_are()
    {
        ToolRun run = await ToolRun.RunAsync("node", "--listen", "/ip4/127.0.0.1/tcp/0", "--quic-engine", "2");

        Assert.Equal(ExitCode.Usage, run.ExitCode);
        Assert.Contains("'2' is no QUIC engine: there are auto, msquic and ngtcp2.", run.Error, StringComparison.Ordinal);
    }
}
