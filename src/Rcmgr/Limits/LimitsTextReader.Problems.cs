using System.Text;
using System.Text.Json;

namespace Rcmgr;

/// <content>
/// What is reported. Strict reading collects all problems up to a bound, lenient reading ends with the first one and knows no
/// warnings.
/// </content>
internal ref partial struct LimitsTextReader
{
    /// <summary>An error in every mode.</summary>
    public readonly void Fail(LimitsFormatError error, long offset, string message, string? suggestion = null) =>
        Add(LimitsProblemSeverity.Error, error, Path, offset, message, suggestion);

    /// <summary>An error unless reading is lenient.</summary>
    public readonly void Strictly(LimitsFormatError error, long offset, string message, string? suggestion)
    {
        if (!IsLenient)
            Fail(error, offset, message, suggestion);
    }

    /// <summary>A warning about the value at hand, unless reading is lenient.</summary>
    public readonly void Warn(LimitsFormatError error, string message, string suggestion)
    {
        if (!IsLenient)
            Add(LimitsProblemSeverity.Warning, error, Path, Json.TokenStartIndex, message, suggestion);
    }

    public readonly void Add(
        LimitsProblemSeverity severity, LimitsFormatError error, LimitsPath path, long offset, string message, string? suggestion)
    {
        (int line, int column) = Place(offset);
        _problems.Add(new LimitsProblem(severity, error, path.ToString(), line, column, message, suggestion));
        if (IsLenient)
            throw new ReadingEndedException();
        if (_problems.Count < LimitsReadOptions.MaxProblems)
            return;

        _problems.Add(new LimitsProblem(
            LimitsProblemSeverity.Error, LimitsFormatError.TooLarge, "$", line, column, "too many problems; the rest is not looked at"));
        throw new ReadingEndedException();
    }

    private readonly void AddSyntaxError(JsonException e)
    {
        // The message ends with the place, counted from zero.
        int place = e.Message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        string reason = place < 0 ? e.Message : e.Message[..place];
        _problems.Add(new LimitsProblem(
            LimitsProblemSeverity.Error, LimitsFormatError.Syntax, "$", (int)(e.LineNumber ?? 0) + 1, (int)(e.BytePositionInLine ?? 0) + 1, $"not valid JSON: {reason}"));
    }

    private readonly (int Line, int Column) Place(long offset)
    {
        ReadOnlySpan<byte> before = _text[..(int)offset];
        int line = before.Count((byte)'\n') + 1;
        return (line, Encoding.UTF8.GetCharCount(before[(before.LastIndexOf((byte)'\n') + 1)..]) + 1);
    }

    /// <summary>Whether there is an object to go into; if not, its value is passed over.</summary>
    /// <param name="suggestion">What to write instead of something else than an object.</param>
    public bool RequireObject(string? suggestion = null)
    {
        if (Json.TokenType == JsonTokenType.StartObject)
            return true;

        bool isNull = Json.TokenType == JsonTokenType.Null;
        Fail(
            isNull ? LimitsFormatError.Null : LimitsFormatError.Type,
            Json.TokenStartIndex,
            isNull ? "null has no meaning here" : "an object is expected",
            isNull ? "leave it out for the defaults" : suggestion);
        Json.Skip();
        return false;
    }

    public readonly void ReportSpelling(string name, string usual)
    {
        if (!IsLenient && name != usual)
            Add(LimitsProblemSeverity.Warning, LimitsFormatError.Spelling, Path, NameOffset, "understood, but in other letters than usual", $"write \"{usual}\"");
    }
}
