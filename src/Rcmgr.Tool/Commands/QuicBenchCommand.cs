using System.CommandLine;
using Rcmgr.Tool.Bench;

namespace Rcmgr.Tool.Commands;

/// <summary>
/// <c>rcmgr bench quic</c>: what every QUIC engine of this machine does over loopback, and TCP with Noise and yamux in the same run, with
/// and without the manager; or what idle connections take.
/// </summary>
internal static class QuicBenchCommand
{
    private const string NoiseSecurity = "noise";
    private const int MaxIdle = 100_000;

    public static Command Create()
    {
        NetBenchOptions options = new();
        Option<string[]> engines = new("--engine")
        {
            Description = "Only this engine; may be repeated. All that this machine has by default.",
            DefaultValueFactory = _ => [.. BenchStack.QuicEngines.Where(engine => engine.WhyNot() is null).Select(engine => engine.Name)],
        };
        engines.AcceptOnlyFromAmong([.. BenchStack.QuicEngines.Select(engine => engine.Name)]);
        Option<int?> idle = BenchOptions.Amount(new Option<int?>("--idle")
        {
            Description = "Measure the memory of so many idle connections instead; fails if the scopes do not account for it within 20 %.",
            HelpName = "COUNT",
        }, MaxIdle);
        Command command = new("quic", "Measure QUIC and TCP with Noise over loopback, with and without the manager.") { engines, idle };
        options.AddTo(command);
        command.SetAction((parsed, cancellationToken) => RunAsync(parsed, options, engines, idle, cancellationToken));
        return command;
    }

    private static Task<int> RunAsync(
        ParseResult parsed, NetBenchOptions options, Option<string[]> engines, Option<int?> idle, CancellationToken cancellationToken)
    {
        BenchStack[] stacks = [.. parsed.GetRequiredValue(engines).Distinct().Select(BenchStack.OverQuic)];
        if (stacks.Length == 0)
            return SayWhyNotAsync(parsed.InvocationConfiguration.Error);
        return parsed.GetValue(idle) is { } connections
            ? RunIdleAsync(parsed, options, stacks, connections, cancellationToken)
            : options.RunAsync(parsed, [.. stacks, BenchStack.OverTcp(NoiseSecurity)], cancellationToken);
    }

    private static Task<int> RunIdleAsync(
        ParseResult parsed, NetBenchOptions options, BenchStack[] stacks, int connections, CancellationToken cancellationToken) =>
        NetBenchOptions.GuardAsync(parsed.InvocationConfiguration, async () =>
        {
            InvocationConfiguration configuration = parsed.InvocationConfiguration;
            List<IdleResult> results = [];
            foreach (BenchStack stack in stacks)
                results.Add(await new IdleBench(stack, connections, configuration.Error).RunAsync(cancellationToken));
            if (parsed.GetValue(options.Json))
                await configuration.Output.WriteLineAsync(IdleReport.ToJson(results));
            else
                IdleReport.WriteTable(configuration.Output, results);
            return results.TrueForAll(result => result.IsWithin);
        });

    private static async Task<int> SayWhyNotAsync(TextWriter error)
    {
        foreach ((string name, Func<string?> whyNot) in BenchStack.QuicEngines)
            await error.WriteLineAsync($"{name} cannot be used: {whyNot()}");
        return ExitCode.Failure;
    }
}
