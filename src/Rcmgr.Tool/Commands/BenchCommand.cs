using System.CommandLine;
using Rcmgr.Tool.Bench;
using Rcmgr.Tool.Bench.Floor;
using Rcmgr.Tool.Bench.Manager;

namespace Rcmgr.Tool.Commands;

/// <summary>
/// <c>rcmgr bench</c>: what single operations of the manager cost; <c>rcmgr bench net</c>: what the network path does, and what
/// the manager costs on it; <c>rcmgr bench quic</c>: the same of QUIC beside TCP, see <see cref="QuicBenchCommand"/>.
/// </summary>
internal static class BenchCommand
{
    private const string SecurityName = "--security";
    private const double MaxWork = 1000;

    /// <summary>The command, and the hidden ones that its other processes run.</summary>
    public static IEnumerable<Command> Create() =>
    [
        CreateBench(),
        CreatePeer(),
        CreateFloorPeer(),
    ];

    private static Command CreateBench()
    {
        Option<int> repetitions = BenchOptions.Amount(new Option<int>("--repetitions")
        {
            Description = "The repetitions of each measurement; the least counts.",
            DefaultValueFactory = _ => 15,
        }, BenchOptions.MaxRepetitions);
        Option<double> work = BenchOptions.Amount(new Option<double>("--work")
        {
            Description = "The operations in each repetition, as a multiple of the usual.",
            DefaultValueFactory = _ => 1,
        }, MaxWork);
        Option<string> only = BenchOptions.CreateOnly();
        Option<bool> million = new("--million") { Description = "Measure a manager of a million peers, too." };
        Option<bool> json = BenchOptions.CreateJson();
        Command command = new("bench", "Measure single operations of the manager on this machine.")
        {
            repetitions, work, only, million, json, CreateNet(), QuicBenchCommand.Create(),
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            if (!DefaultRuntime.IsHere)
                return await DefaultRuntime.RunAgainAsync(cancellationToken);
            InvocationConfiguration configuration = parsed.InvocationConfiguration;
            ManagerBenchResult result = await new ManagerBench(parsed.GetValue(repetitions), parsed.GetValue(work), parsed.GetRequiredValue(only))
                .RunAsync(parsed.GetValue(million), configuration.Error, cancellationToken);
            if (parsed.GetValue(json))
                await configuration.Output.WriteLineAsync(ManagerBenchReport.ToJson(result));
            else
                ManagerBenchReport.WriteTable(configuration.Output, result);
            return ExitCode.Success;
        });
        return command;
    }

    private static Command CreateNet()
    {
        NetBenchOptions options = new();
        Option<string[]> securities = new(SecurityName)
        {
            Description = "Only this security protocol; may be repeated.",
            DefaultValueFactory = _ => [.. BenchStack.TcpSecurities],
        };
        securities.AcceptOnlyFromAmong([.. BenchStack.TcpSecurities]);
        Command command = new("net", "Measure TCP with Noise and TLS over loopback, with and without the manager.") { securities };
        options.AddTo(command);
        command.SetAction((parsed, cancellationToken) =>
            options.RunAsync(parsed, [.. parsed.GetRequiredValue(securities).Distinct().Select(BenchStack.OverTcp)], cancellationToken));
        return command;
    }

    private static Command CreatePeer()
    {
        Option<string> transport = new("--transport") { Required = true };
        Option<string> security = new(SecurityName) { Required = true };
        Option<BenchManager> manager = new("--manager") { Required = true };
        transport.AcceptOnlyFromAmong([.. BenchStack.Transports]);
        security.AcceptOnlyFromAmong([.. BenchStack.TcpSecurities]);
        Command command = new("bench-peer", "The listening end of a benchmark.") { transport, security, manager };
        command.Hidden = true;
        command.SetAction((parsed, cancellationToken) => BenchPeer.RunAsync(
            new BenchVariant(
                new BenchStack(parsed.GetRequiredValue(transport), parsed.GetRequiredValue(security)), parsed.GetRequiredValue(manager)),
            parsed.InvocationConfiguration.Output,
            cancellationToken));
        return command;
    }

    private static Command CreateFloorPeer()
    {
        Argument<FloorService> service = new("service");
        Command command = new(FloorPeer.CommandName, "The other end of the machine's floor.") { service };
        command.Hidden = true;
        command.SetAction((parsed, cancellationToken) => FloorPeer.RunAsync(
            parsed.GetRequiredValue(service), parsed.InvocationConfiguration.Output, cancellationToken));
        return command;
    }
}
