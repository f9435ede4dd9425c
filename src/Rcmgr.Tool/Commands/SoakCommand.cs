using System.CommandLine;
using System.Globalization;
using Rcmgr.Tool.Soak;

namespace Rcmgr.Tool.Commands;

/// <summary><c>rcmgr soak</c>: runs the manager under everything at once for a long time and says whether all held.</summary>
internal static class SoakCommand
{
    private const long MostOperations = 1_000_000_000_000;
    private const int MostThreads = 256;
    private const long MostGrowth = 32L << 20;

    public static Command Create()
    {
        Option<long> operations = new("--operations")
        {
            Description = "The operations, over all threads.",
            DefaultValueFactory = _ => 10_000_000,
        };
        Option<int> threads = new("--threads")
        {
            Description = "The threads; by default two for each processor.",
            DefaultValueFactory = _ => Math.Min(2 * Environment.ProcessorCount, MostThreads),
        };
        Option<int> seed = new("--seed")
        {
            Description = "Repeats the random choices of another run; how the threads meet is never the same.",
            DefaultValueFactory = _ => Random.Shared.Next(),
        };
        operations.Validators.Add(result => Bound(result, MostOperations));
        threads.Validators.Add(result => Bound(result, MostThreads));
        Command command = new("soak", "Run many operations of every kind at once on one manager, and watch that all invariants hold.")
        {
            operations, threads, seed,
        };
        command.SetAction((parsed, cancellationToken) => RunAsync(
            new SoakSettings(parsed.GetValue(operations), parsed.GetValue(threads), parsed.GetValue(seed), MostGrowth),
            parsed.InvocationConfiguration,
            cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(SoakSettings settings, InvocationConfiguration configuration, CancellationToken cancellationToken)
    {
        await configuration.Output.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture, $"seed {settings.Seed}: {settings.Operations:N0} operations on {settings.Threads} threads"));
        SoakRunner runner = new(settings, options => new ResourceManager(options));
        string? fault = await runner.RunAsync(configuration.Error, cancellationToken);
        await configuration.Output.WriteLineAsync(fault is null ? $"HELD: {runner.Describe()}" : $"FAILED: {fault}; {runner.Describe()}");
        return fault is null ? ExitCode.Success : ExitCode.Failure;
    }

    private static void Bound(System.CommandLine.Parsing.OptionResult result, long most)
    {
        // Text that is no number is the parser's to refuse.
        if (result.Tokens.Count == 1
            && long.TryParse(result.Tokens[0].Value, CultureInfo.InvariantCulture, out long value)
            && (value < 1 || value > most))
        {
            result.AddError(FormattableString.Invariant($"{result.Option.Name} takes a number from 1 to {most}."));
        }
    }
}
