namespace Rcmgr.Tool.Conformance;

/// <summary>How one recorded case went.</summary>
internal enum CaseOutcome
{
    /// <summary>Everything agrees, or differs only where our documentation says so.</summary>
    Passed,

    /// <summary>Something differs.</summary>
    Failed,

    /// <summary>The case was not run.</summary>
    Skipped,
}

/// <summary>The result of one recorded case.</summary>
/// <param name="Name">What the file calls the case.</param>
/// <param name="Outcome">How it went.</param>
/// <param name="Detail">The first difference, or why the case was skipped.</param>
internal sealed record CaseResult(string Name, CaseOutcome Outcome, string? Detail = null)
{
    /// <summary>
    /// Runs one case as a unit: what it throws (also because the case is not formed as expected) fails this case alone.
    /// </summary>
    /// <param name="name">What the file calls the case.</param>
    /// <param name="firstDifference">Runs the case and returns the first difference, or null when all agrees.</param>
    public static CaseResult Of(string name, Func<string?> firstDifference)
    {
        try
        {
            string? difference = firstDifference();
            return new CaseResult(name, difference is null ? CaseOutcome.Passed : CaseOutcome.Failed, difference);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            return new CaseResult(name, CaseOutcome.Failed, $"{e.GetType().Name}: {e.Message}");
        }
    }
}
