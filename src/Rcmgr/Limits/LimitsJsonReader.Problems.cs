using System.Text;
using System.Text.Json;

namespace Rcmgr;

/// <content>
/// What is reported. Strict reading collects all problems up to a bound, lenient reading ends with the first one and knows no
/// warnings.
/// </content>
internal ref partial struct LimitsJsonReader
{
    /// <summary>An error in every mode.</summary>
    private readonly void Fail(LimitsFormatError error, long offset, string message, string? suggestion = null) =>
        Add(LimitsProblemSeverity.Error, error, _path, offset, message, suggestion);

    /// <summary>An error unless reading is lenient.</summary>
    private readonly void Strictly(LimitsFormatError error, long offset, string message, string? suggestion)
    {
        if (!_options.Lenient)
            Fail(error, offset, message, suggestion);
    }

    /// <summary>A warning about the value at hand, unless reading is lenient.</summary>
    private readonly void Warn(LimitsFormatError error, string message, string suggestion)
    {
        if (!_options.Lenient)
            Add(LimitsProblemSeverity.Warning, error, _path, _json.TokenStartIndex, message, suggestion);
    }

    private readonly void Add(
        LimitsProblemSeverity severity, LimitsFormatError error, LimitsPath path, long offset, string message, string? suggestion)
    {
        (int line, int column) = Place(offset);
        _problems.Add(new LimitsProblem(severity, error, path.ToString(), line, column, message, suggestion));
        if (_options.Lenient)
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
    private bool RequireObject(string? entry)
    {
        if (_json.TokenType == JsonTokenType.StartObject)
            return true;

        bool isNull = _json.TokenType == JsonTokenType.Null;
        string? suggestion = isNull ? "leave it out for the defaults" : null;
        if (!isNull && entry is not null && LimitFields.Find(entry) is LimitField field)
            suggestion = $"this section holds limits by name; \"{field.Name()}\" belongs into an entry or into \"{_path.Section}Default\"";
        Fail(
            isNull ? LimitsFormatError.Null : LimitsFormatError.Type,
            _json.TokenStartIndex,
            isNull ? "null has no meaning here" : "an object is expected",
            suggestion);
        _json.Skip();
        return false;
    }

    private void CountEntry()
    {
        if (++_entries <= _options.MaxEntries)
            return;

        Fail(LimitsFormatError.TooLarge, _nameOffset, $"more than {_options.MaxEntries} entries");
        throw new ReadingEndedException();
    }

    private readonly void ReportSpelling(string name, string usual)
    {
        if (!_options.Lenient && name != usual)
            Add(LimitsProblemSeverity.Warning, LimitsFormatError.Spelling, _path, _nameOffset, "understood, but in other letters than usual", $"write \"{usual}\"");
    }

    private readonly void ReportUnknownSection(string name)
    {
        // Editors find the schema by this name.
        if (name == "$schema")
            return;

        string? suggestion = NameSuggestion.Section(name) is string section ? $"did you mean \"{section}\"?"
            : NameSuggestion.Field(name) is string field ? $"\"{field}\" belongs into a section such as \"System\""
            : null;
        Strictly(LimitsFormatError.UnknownName, _nameOffset, "there is no such section", suggestion);
    }

    private readonly void ReportUnknownField(string name)
    {
        string? suggestion = NameSuggestion.Field(name) is string field ? $"did you mean \"{field}\"?" : null;
        Strictly(LimitsFormatError.UnknownName, _nameOffset, "there is no such limit", suggestion);
    }

    private readonly void ReportContradictions(PartialResourceManagerLimits limits, Dictionary<string, PeerKey> peers)
    {
        foreach (LimitContradiction found in LimitContradictions.Find(limits, _options.Defaults, _written, peers))
            Add(found.Severity, found.Error, found.Written.Path, found.Written.Offset, found.Message, found.Suggestion);
    }

    /// <summary>Ends reading early. Never leaves the reader.</summary>
    private sealed class ReadingEndedException : Exception;
}
