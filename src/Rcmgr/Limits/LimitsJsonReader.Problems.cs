namespace Rcmgr;

/// <content>What is reported of sections, entries and limits.</content>
internal ref partial struct LimitsJsonReader
{
    /// <summary>Whether there is an object with limits to go into; if not, its value is passed over.</summary>
    private bool RequireLimits(string? entry) => _in.RequireObject(
        entry is not null && LimitFields.Find(entry) is LimitField field
            ? $"this section holds limits by name; \"{field.Name()}\" belongs into an entry or into \"{_in.Path.Section}Default\""
            : null);

    private readonly void ReportUnknownSection(string name)
    {
        // Editors find the schema by this name.
        if (name == "$schema")
            return;

        string? suggestion = NameSuggestion.Section(name) is string section ? $"did you mean \"{section}\"?"
            : NameSuggestion.Field(name) is string field ? $"\"{field}\" belongs into a section such as \"System\""
            : null;
        _in.Strictly(LimitsFormatError.UnknownName, _in.NameOffset, "there is no such section", suggestion);
    }

    private readonly void ReportUnknownField(string name)
    {
        string? suggestion = NameSuggestion.Field(name) is string field ? $"did you mean \"{field}\"?" : null;
        _in.Strictly(LimitsFormatError.UnknownName, _in.NameOffset, "there is no such limit", suggestion);
    }

    private readonly void ReportContradictions(PartialResourceManagerLimits limits, Dictionary<string, PeerKey> peers)
    {
        foreach (LimitContradiction found in LimitContradictions.Find(limits, _options.Defaults, _written, peers))
            _in.Add(found.Severity, found.Error, found.Written.Path, found.Written.Offset, found.Message, found.Suggestion);
    }
}
