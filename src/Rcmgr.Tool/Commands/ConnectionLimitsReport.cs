using Rcmgr.Tool.Node;

namespace Rcmgr.Tool.Commands;

/// <summary>What <c>rcmgr limits --connection-limits</c> prints: the problems of a file, and the limits by address in full.</summary>
internal static class ConnectionLimitsReport
{
    /// <param name="named">A profile or a file.</param>
    /// <param name="output">Takes the limits.</param>
    /// <param name="error">Takes what is wrong with the file.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public static async Task<int> WriteAsync(string named, TextWriter output, TextWriter error, CancellationToken cancellationToken)
    {
        ConnectionLimits? limits = ConnectionLimitsNames.FindProfile(named);
        try
        {
            limits ??= await ReadAsync(named, error, cancellationToken);
        }
        catch (NodeStartException e)
        {
            await error.WriteLineAsync(e.Message);
            return ExitCode.Usage;
        }

        if (limits is null)
            return ExitCode.Failure;
        await output.WriteLineAsync(ConnectionLimitsJson.ToText(limits, indented: true));
        return ExitCode.Success;
    }

    private static async Task<ConnectionLimits?> ReadAsync(string path, TextWriter error, CancellationToken cancellationToken)
    {
        LimitsReadResult<ConnectionLimits> result = await LimitsFile.ParseConnectionLimitsAsync(path, cancellationToken);
        foreach (LimitsProblem problem in result.Problems)
            await error.WriteLineAsync(LimitsFile.Describe(path, problem));
        return result.Limits;
    }
}
