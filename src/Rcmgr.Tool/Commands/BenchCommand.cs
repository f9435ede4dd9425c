using System.CommandLine;
using System.Globalization;
using Rcmgr.Tool.Bench;
using Rcmgr.Tool.Bench.Floor;
using Rcmgr.Tool.Bench.Manager;

namespace Rcmgr.Tool.Commands;

/// <summary>
/// <c>rcmgr bench</c>: what single operations of the manager cost; <c>rcmgr bench net</c>: what the network path does, and what
/// the manager costs on it.
/// </summary>
internal static class BenchCommand
{
    private const string SecurityName = "--security";
    private const double MaxSeconds = 3600;
    private const long MaxBytes = 1L << 40;
    private const int MaxStreams = 64;
    private const int MaxRepetitions = 1000;
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
        Option<int> repetitions = Amount(new Option<int>("--repetitions")
        {
            Description = "The repetitions of each measurement; the least counts.",
            DefaultValueFactory = _ => 15,
        }, MaxRepetitions);
        Option<double> work = Amount(new Option<double>("--work")
        {
            Description = "The operations in each repetition, as a multiple of the usual.",
            DefaultValueFactory = _ => 1,
        }, MaxWork);
        Option<string> only = CreateOnly();
        Option<bool> million = new("--million") { Description = "Measure a manager of a million peers, too." };
        Option<bool> json = new("--json") { Description = "Print one JSON object and nothing else." };
        Command command = new("bench", "Measure single operations of the manager on this machine.")
        {
            repetitions, work, only, million, json, CreateNet(),
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
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
        Option<double> seconds = Amount(new Option<double>("--seconds")
        {
            Description = "The time of each sample of pings, streams and handshakes.",
            DefaultValueFactory = _ => 0.15,
        }, MaxSeconds);
        Option<long> bytes = Amount(new Option<long>("--bytes")
        {
            Description = "The bytes of each throughput sample, over all its streams.",
            DefaultValueFactory = _ => 64 * 1024 * 1024,
        }, MaxBytes);
        Option<int> streams = Amount(new Option<int>("--streams")
        {
            Description = "The streams used at once where there is more than one.",
            DefaultValueFactory = _ => 8,
        }, MaxStreams);
        Option<int> repetitions = Amount(new Option<int>("--repetitions")
        {
            Description = "The blocks of each row: two samples with the manager and two without. Fewer take less time and tell less.",
            DefaultValueFactory = _ => 15,
        }, MaxRepetitions);
        Option<double> patience = Amount(new Option<double>("--patience")
        {
            Description = FormattableString.Invariant($"The seconds a row may go on until its interval is within {100 * BenchRow.WantedSpread} % of its middle; without it no row takes more than its blocks."),
        }, MaxSeconds);
        Option<bool> floor = new("--floor") { Description = "Measure the ciphers alone and the kernel's TCP alone, too." };
        Option<string[]> securities = new(SecurityName)
        {
            Description = "Only this security protocol; may be repeated.",
            DefaultValueFactory = _ => [.. BenchVariant.Securities],
        };
        securities.AcceptOnlyFromAmong([.. BenchVariant.Securities]);
        Option<string> only = CreateOnly();
        Option<bool> json = new("--json") { Description = "Print one JSON object and nothing else." };
        Command command = new("net", "Measure TCP with Noise and TLS over loopback, with and without the manager.")
        {
            seconds, bytes, streams, repetitions, patience, floor, securities, only, json,
        };
        command.SetAction((parsed, cancellationToken) => RunAsync(
            new BenchSettings
            {
                SampleTime = TimeSpan.FromSeconds(parsed.GetValue(seconds)),
                Bytes = parsed.GetValue(bytes),
                Streams = parsed.GetValue(streams),
                Repetitions = parsed.GetValue(repetitions),
                Patience = TimeSpan.FromSeconds(parsed.GetValue(patience)),
                Filter = parsed.GetRequiredValue(only),
                Securities = [.. parsed.GetRequiredValue(securities).Distinct()],
            },
            parsed.GetValue(floor),
            parsed.GetValue(json),
            parsed.InvocationConfiguration,
            cancellationToken));
        return command;
    }

    private static Option<string> CreateOnly() => new("--only")
    {
        Description = "Only the measurements whose name contains this.",
        HelpName = "TEXT",
        DefaultValueFactory = _ => "",
    };

    private static Command CreatePeer()
    {
        Option<string> security = new(SecurityName) { Required = true };
        Option<bool> manager = new("--manager") { Required = true };
        security.AcceptOnlyFromAmong([.. BenchVariant.Securities]);
        Command command = new("bench-peer", "The listening end of a benchmark.") { security, manager };
        command.Hidden = true;
        command.SetAction((parsed, cancellationToken) => BenchPeer.RunAsync(
            new BenchVariant(parsed.GetRequiredValue(security), parsed.GetRequiredValue(manager)),
            parsed.InvocationConfiguration.Output,
            cancellationToken));
        return command;
    }

    private static Command CreateFloorPeer()
    {
        Command command = new(FloorPeer.CommandName, "The reading end of bare TCP.") { Hidden = true };
        command.SetAction((parsed, cancellationToken) => FloorPeer.RunAsync(parsed.InvocationConfiguration.Output, cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(
        BenchSettings settings, bool floor, bool json, InvocationConfiguration configuration, CancellationToken cancellationToken)
    {
        BenchResult result;
        try
        {
            result = await new NetBench(settings, configuration.Error).RunAsync(cancellationToken);
            if (floor)
                result = result with { Floor = await new FloorBench(settings, configuration.Error).RunAsync(cancellationToken) };
        }
        catch (Exception e) when (e is IOException or InvalidDataException or TimeoutException or ResourceLimitExceededException)
        {
            await configuration.Error.WriteLineAsync("The benchmark failed: " + e.Message);
            return ExitCode.Failure;
        }

        if (json)
            await configuration.Output.WriteLineAsync(BenchReport.ToJson(result));
        else
            BenchReport.WriteTable(configuration.Output, result);
        return result.Refusals == 0 ? ExitCode.Success : ExitCode.Failure;
    }

    private static Option<T> Amount<T>(Option<T> option, T most)
        where T : struct, System.Numerics.INumber<T>
    {
        option.Validators.Add(result =>
        {
            // Text that is no number is the parser's to refuse, and asking it for the value would throw.
            if (result.Tokens.Count == 1
                && T.TryParse(result.Tokens[0].Value, CultureInfo.InvariantCulture, out T value)
                && !(value > T.Zero && value <= most))
            {
                result.AddError(FormattableString.Invariant($"{option.Name} takes a number greater than 0 and at most {most}."));
            }
        });
        return option;
    }
}
