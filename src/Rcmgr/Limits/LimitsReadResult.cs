namespace Rcmgr;

/// <summary>What became of reading a limits text: the limits, all problems that were found, or both. Immutable.</summary>
/// <typeparam name="T">The limits that the text is about.</typeparam>
public sealed class LimitsReadResult<T>
    where T : class
{
    internal LimitsReadResult(T? limits, IReadOnlyList<LimitsProblem> problems)
    {
        Limits = limits;
        Problems = problems;
    }

    /// <summary>The limits; null when one of the problems is an error.</summary>
    public T? Limits { get; }

    /// <summary>
    /// Errors and warnings in the order in which they were found. When there are more than <see cref="LimitsReadOptions.MaxProblems"/>,
    /// reading ends with an error that says so.
    /// </summary>
    public IReadOnlyList<LimitsProblem> Problems { get; }

    /// <summary>The limits, or the errors as an exception.</summary>
    /// <exception cref="LimitsFormatException">The text cannot be used.</exception>
    public T GetLimits() =>
        Limits ?? throw new LimitsFormatException([.. Problems.Where(problem => problem.IsError)]);

    internal static LimitsReadResult<T> TooLong(int maxBytes) =>
        new(null, [new(LimitsProblemSeverity.Error, LimitsFormatError.TooLarge, "$", 0, 0, $"the text is longer than {maxBytes} bytes")]);
}
