namespace Rcmgr.Hosting;

/// <summary>The files of a host's limits as they were found at one time. Compares by content.</summary>
/// <param name="Limits">The limits file; null when the options name none.</param>
/// <param name="ConnectionLimits">The file of limits by address; null when the options name none.</param>
internal sealed record LimitsFiles(LimitsFileContent? Limits, LimitsFileContent? ConnectionLimits)
{
    public static LimitsFiles Read(ResourceManagerHostingOptions options) => new(Read(options.LimitsFile), Read(options.ConnectionLimitsFile));

    private static LimitsFileContent? Read(string? path) => path is null ? null : LimitsFileContent.Read(path);
}
