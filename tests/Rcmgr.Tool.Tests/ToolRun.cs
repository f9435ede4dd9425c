namespace Rcmgr.Tool.Tests;

/// <summary>What one run of the tool returned and printed.</summary>
internal sealed record ToolRun(int ExitCode, string Output, string Error)
{
    public string LastLine => Output.TrimEnd().Split('\n')[^1].TrimEnd();

    public static async Task<ToolRun> RunAsync(params string[] args)
    {
        using StringWriter output = new();
        using StringWriter error = new();
        int exitCode = await Program.RunAsync(args, output, error, TestContext.Current.CancellationToken);
        return new ToolRun(exitCode, output.ToString(), error.ToString());
    }

    /// <summary>The path of a recorded file.</summary>
    public static string Data(string name) => Path.Combine(AppContext.BaseDirectory, "Data", name);
}
