using System.CommandLine;
using Rcmgr.Tool.Bench;
using Rcmgr.Tool.Bench.Floor;

namespace Rcmgr.Tool.Commands;

/// <summary>The options of the benchmarks of the network, and what these have in common.</summary>
internal sealed class NetBenchOptions
{
    private const double MaxSeconds = 3600;
    private const long MaxBytes = 1L << 40;
    private const int MaxStreams = 64;

    private readonly Option<double> _seconds = BenchOptions.Amount(new Option<double>("--seconds")
    {
        Description = "The time of each sample of pings, streams and handshakes.",
        DefaultValueFactory = _ => 0.15,
    }, MaxSeconds);

    private readonly Option<long> _bytes = BenchOptions.Amount(new Option<long>("--bytes")
    {
        Description = "The bytes of each throughput sample, over all its streams.",
        DefaultValueFactory = _ => 64 * 1024 * 1024,
    }, MaxBytes);

    private readonly Option<int> _streams = BenchOptions.Amount(new Option<int>("--streams")
    {
        Description = "The streams used at once where there is more than one.",
        DefaultValueFactory = _ => 8,
    }, MaxStreams);

    private readonly Option<int> _repetitions = BenchOptions.Amount(new Option<int>("--repetitions")
    {
        Description = "The blocks of each row: two samples with the manager and two without. Fewer take less time and tell less.",
        DefaultValueFactory = _ => 15,
    }, BenchOptions.MaxRepetitions);

    private readonly Option<double> _patience = BenchOptions.Amount(new Option<double>("--patience")
    {
        Description = FormattableString.Invariant(
            $"The seconds a row may go on until its interval is within {100 * BenchRow.WantedSpread} % of its middle; without it no row takes more than its blocks."),
    }, MaxSeconds);

    private readonly Option<bool> _floor = new("--floor") { Description = "Measure the ciphers alone and the kernel's TCP alone, too." };

    private readonly Option<string> _only = BenchOptions.CreateOnly();

    /// <summary>Whether programs read the outcome.</summary>
    public Option<bool> Json { get; } = BenchOptions.CreateJson();

    public void AddTo(Command command)
    {
        foreach (Option option in (Option[])[_seconds, _bytes, _streams, _repetitions, _patience, _floor, _only, Json])
            command.Add(option);
    }

    /// <summary>Measures the stacks, one after the other.</summary>
    public Task<int> RunAsync(ParseResult parsed, IReadOnlyList<BenchStack> stacks, CancellationToken cancellationToken) =>
        GuardAsync(parsed.InvocationConfiguration, async () =>
        {
            InvocationConfiguration configuration = parsed.InvocationConfiguration;
            BenchSettings settings = Settings(parsed, stacks);
            BenchResult result = await new NetBench(settings, configuration.Error).RunAsync(cancellationToken);
            if (parsed.GetValue(_floor))
                result = result with { Floor = await new FloorBench(settings, configuration.Error).RunAsync(cancellationToken) };
            if (parsed.GetValue(Json))
                await configuration.Output.WriteLineAsync(BenchReport.ToJson(result));
            else
                BenchReport.WriteTable(configuration.Output, result);
            return result.Refusals.Count == 0;
        });

    /// <summary>Runs a benchmark, which says whether it measured what it should; says why when it fails.</summary>
    public static async Task<int> GuardAsync(InvocationConfiguration configuration, Func<Task<bool>> benchmark)
    {
        try
        {
            return await benchmark() ? ExitCode.Success : ExitCode.Failure;
        }
        catch (Exception e) when (e is IOException or InvalidDataException or TimeoutException or ResourceLimitExceededException)
        {
            await configuration.Error.WriteLineAsync("The benchmark failed: " + e.Message);
            return ExitCode.Failure;
        }
    }

    private BenchSettings Settings(ParseResult parsed, IReadOnlyList<BenchStack> stacks) => new()
    {
        SampleTime = TimeSpan.FromSeconds(parsed.GetValue(_seconds)),
        Bytes = parsed.GetValue(_bytes),
        Streams = parsed.GetValue(_streams),
        Repetitions = parsed.GetValue(_repetitions),
        Patience = TimeSpan.FromSeconds(parsed.GetValue(_patience)),
        Filter = parsed.GetRequiredValue(_only),
        Stacks = stacks,
    };
}
