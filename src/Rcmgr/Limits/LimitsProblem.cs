using System.Globalization;

namespace Rcmgr;

/// <summary>Whether a limits text with a problem can be used.</summary>
public enum LimitsProblemSeverity
{
    /// <summary>The text can be used, but may not do what its author meant.</summary>
    Warning,

    /// <summary>The text cannot be used: it surely does not do what its author meant.</summary>
    Error,
}

/// <summary>One thing that is wrong, or may be wrong, with a limits text. Immutable.</summary>
/// <param name="Severity">Whether the text can be used nevertheless.</param>
/// <param name="Error">What kind of problem it is.</param>
/// <param name="Path">Where, as a JSON path such as <c>$.Peer["12D3KooW…"].StreamsInbound</c>; <c>$</c> is the whole text.</param>
/// <param name="Line">The line in the text, counted from 1; 0 when the problem has no place.</param>
/// <param name="Column">The column in the line, counted from 1 in UTF-16 units, as editors do; 0 when the problem has no place.</param>
/// <param name="Message">What is wrong, in words for the author.</param>
/// <param name="Suggestion">What to write instead, if that can be guessed.</param>
public sealed record LimitsProblem(
    LimitsProblemSeverity Severity,
    LimitsFormatError Error,
    string Path,
    int Line,
    int Column,
    string Message,
    string? Suggestion = null)
{
    /// <summary>Whether the text cannot be used.</summary>
    public bool IsError => Severity == LimitsProblemSeverity.Error;

    /// <summary>Place, path, message and suggestion in one line.</summary>
    public override string ToString()
    {
        string place = Line == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $" (line {Line}, column {Column})");
        string suggestion = Suggestion is null ? "" : $"; {Suggestion}";
        return $"{Path}{place}: {Message}{suggestion}";
    }
}
