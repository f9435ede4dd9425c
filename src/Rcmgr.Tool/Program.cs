using System.CommandLine;
using Rcmgr.Tool.Commands;

namespace Rcmgr.Tool;

/// <summary>The <c>rcmgr</c> command line.</summary>
internal static class Program
{
    /// <summary>How long a command may take to end after SIGINT or SIGTERM: a node drains first.</summary>
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(15);

    private static Task<int> Main(string[] args) => RunAsync(args, Console.Out, Console.Error);

    /// <summary>Runs one command; the result is the exit code, see <see cref="ExitCode"/>.</summary>
    internal static async Task<int> RunAsync(
        IReadOnlyList<string> args, TextWriter output, TextWriter error, CancellationToken cancellationToken = default)
    {
        RootCommand root = new("The network resource manager's command line.")
        {
            LimitsCommand.Create(),
            ConformanceCommand.Create(),
            NodeCommand.Create(),
            ExplainCommand.Create(),
            SoakCommand.Create(),
        };
        foreach (Command command in DemoCommand.Create().Concat(BenchCommand.Create()))
            root.Add(command);
        ParseResult parsed = root.Parse(args);
        InvocationConfiguration configuration = new()
        {
            Output = output,
            Error = error,
            ProcessTerminationTimeout = StopPatience,
        };
        int result = await parsed.InvokeAsync(configuration, cancellationToken).ConfigureAwait(false);

        // The library reports a usage error as 1, which is our code for a failed check.
        return parsed.Errors.Count > 0 ? ExitCode.Usage : result;
    }
}
