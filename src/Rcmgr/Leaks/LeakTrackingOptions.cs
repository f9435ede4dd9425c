namespace Rcmgr;

/// <summary>How scopes that are never disposed are tracked down. Capturing a stack costs tens of microseconds for each scope. Immutable.</summary>
public sealed record LeakTrackingOptions
{
    /// <summary>The most calls that are remembered of a stack, innermost first. Zero remembers none, which is cheap.</summary>
    public int MaxStackFrames { get; init; } = 12;

    /// <summary>Whether the remembered calls have file names and line numbers, where symbols are at hand. The dearest part of a capture.</summary>
    public bool IncludesLineNumbers { get; init; } = true;

    /// <summary>The most scopes that are tracked at one time; what is opened beyond is counted only.</summary>
    public int MaxScopes { get; init; } = 100_000;
}
