using System.Diagnostics;
using Rcmgr.Tool.Demo;

namespace Rcmgr.Tool.Bench.Manager;

/// <summary>
/// The runtime as it comes. The tool ships settings that suit a node (code is compiled once, fully), and programs that embed the manager
/// have the defaults (code is compiled again for what it has been seen to do), under which single operations take two thirds of the time.
/// </summary>
internal static class DefaultRuntime
{
    private const string Switch = "System.Runtime.TieredCompilation.QuickJit";
    private const string Variable = "DOTNET_TC_QuickJit";
    private const string On = "1";

    /// <summary>Whether this process compiles as the runtime does by default.</summary>
    public static bool IsHere =>
        Environment.GetEnvironmentVariable(Variable) == On || !AppContext.TryGetSwitch(Switch, out bool isOn) || isOn;

    /// <summary>Runs this process's command again, with the same arguments, output and errors, where the defaults hold.</summary>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAgainAsync(CancellationToken cancellationToken)
    {
        ProcessStartInfo start = ToolProcess.StartInfo(Environment.GetCommandLineArgs().Skip(1));
        start.Environment[Variable] = On;
        using Process process = Process.Start(start) ?? throw new IOException($"'{start.FileName}' did not start.");
        try
        {
            await process.WaitForExitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw;
        }

        return process.ExitCode;
    }
}
