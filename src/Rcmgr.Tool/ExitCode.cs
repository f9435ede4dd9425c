namespace Rcmgr.Tool;

/// <summary>What the tool's exit codes mean.</summary>
internal static class ExitCode
{
    /// <summary>The command did what it was asked for.</summary>
    public const int Success = 0;

    /// <summary>The command ran, and what it checked is not as it should be.</summary>
    public const int Failure = 1;

    /// <summary>The command could not run: wrong usage, or a file that cannot be read.</summary>
    public const int Usage = 2;
}
