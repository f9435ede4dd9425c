namespace Rcmgr;

/// <summary>What became of reading a limits text: the limits, all problems that were found, or both. Immutable.</summary>
public sealed class LimitsReadResult
{
    internal LimitsReadResult(PartialResourceManagerLimits? limits, IReadOnlyList<LimitsProblem> problems)
    {
        Limits = limits;
        Problems = problems;
    }

    /// <summary>The limits; null when one of the problems is an error.</summary>
    public PartialResourceManagerLimits? Limits { get; }

    /// <summary>
    /// Errors and warnings in the order in which they were found. When there are more than <see cref="LimitsReadOptions.MaxProblems"/>,
    /// reading ends with an error that says so.
    /// </summary>
    public IReadOnlyList<LimitsProblem> Problems { get; }

    /// <summary>The limits, or the errors as an exception.</summary>
    /// <exception cref="LimitsFormatException">The text cannot be used.</exception>
    public PartialResourceManagerLimits GetLimits() =>
        Limits ?? throw new LimitsFormatException([.. Problems.Where(problem => problem.IsError)]);
}
