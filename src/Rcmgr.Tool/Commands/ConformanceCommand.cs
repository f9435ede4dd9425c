using System.CommandLine;
using Rcmgr.Tool.Conformance;

namespace Rcmgr.Tool.Commands;

/// <summary><c>rcmgr conformance</c>: replays recorded behaviour of other implementations.</summary>
internal static class ConformanceCommand
{
    public static Command Create()
    {
        Argument<string[]> files = new("FILE")
        {
            Description = "Files of recorded cases; what a file holds is told from its content.",
            Arity = ArgumentArity.OneOrMore,
        };
        Command command = new("conformance", "Replay recorded cases and compare every result.") { files };
        command.SetAction((parsed, cancellationToken) =>
        {
            InvocationConfiguration configuration = parsed.InvocationConfiguration;
            ConformanceRunner runner = new(configuration.Output, configuration.Error);
            return runner.RunAsync(parsed.GetRequiredValue(files), cancellationToken);
        });
        return command;
    }
}
