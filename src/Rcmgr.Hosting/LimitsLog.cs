using Microsoft.Extensions.Logging;

namespace Rcmgr.Hosting;

/// <summary>What is logged about limits. Lines are bounded: an attacker decides how many scopes there are.</summary>
internal static partial class LimitsLog
{
    private const int MaxLines = 50;

    [LoggerMessage(1, LogLevel.Information, "Limits are those of {Source}, over defaults scaled to {Memory} bytes of memory and {FileDescriptors} file descriptors")]
    public static partial void Loaded(ILogger logger, string source, long memory, long fileDescriptors);

    [LoggerMessage(2, LogLevel.Information, "The limits in force are now {Changes} numbers different; {Over} numbers of live scopes are above them")]
    public static partial void Applied(ILogger logger, int changes, int over);

    [LoggerMessage(3, LogLevel.Error, "New limits were rejected and nothing was changed; {Count} errors:\n{Problems}")]
    public static partial void Rejected(ILogger logger, int count, string problems);

    public static void Warnings(ILogger logger, IReadOnlyList<string> warnings)
    {
        foreach (string warning in warnings)
            Warning(logger, warning);
    }

    /// <summary>Says what new limits will change, before they do.</summary>
    public static void Plan<TChange, TOver>(ILogger logger, IReadOnlyList<TChange> changes, IReadOnlyList<TOver> over)
        where TChange : class
        where TOver : class
    {
        foreach (TChange change in changes.Take(MaxLines))
            Change(logger, change);
        foreach (TOver scope in over.Take(MaxLines))
            Over(logger, scope);
        int left = Math.Max(0, changes.Count - MaxLines) + Math.Max(0, over.Count - MaxLines);
        if (left > 0)
            More(logger, left);
    }

    [LoggerMessage(7, LogLevel.Information, "The new limits are the same as those in force")]
    public static partial void NothingChanges(ILogger logger);

    [LoggerMessage(9, LogLevel.Information, "The limits by address in force are now {Changes} rules different; {Over} subnets are above them")]
    public static partial void ConnectionLimitsApplied(ILogger logger, int changes, int over);

    [LoggerMessage(10, LogLevel.Warning, "New limits by address are left alone: the manager was made without ConnectionLimitsMayChange")]
    public static partial void ConnectionLimitsAreFixed(ILogger logger);

    [LoggerMessage(4, LogLevel.Warning, "Limits: {Problem}")]
    private static partial void Warning(ILogger logger, string problem);

    [LoggerMessage(5, LogLevel.Information, "Limit changes: {Change}")]
    private static partial void Change(ILogger logger, object change);

    [LoggerMessage(6, LogLevel.Warning, "Over its new limit, keeps what it holds and refuses until enough is released: {Scope}")]
    private static partial void Over(ILogger logger, object scope);

    [LoggerMessage(8, LogLevel.Information, "{Count} more lines of the plan are left out")]
    private static partial void More(ILogger logger, int count);
}
