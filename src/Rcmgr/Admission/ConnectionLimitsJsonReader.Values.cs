using System.Globalization;
using System.Text.Json;

namespace Rcmgr;

/// <content>The values of limits by address, and what is reported of them.</content>
internal ref partial struct ConnectionLimitsJsonReader
{
    private const int MostPeers = 1_000_000;
    private const string RateExpected = "an object with \"PerSecond\" and \"Burst\", or \"unlimited\", is expected";

    /// <summary>A number of connections; null when it is left to what is below, and for one that cannot be.</summary>
    private long? ReadCount()
    {
        LimitValue value = _in.ReadLimit(LimitField.Conns);
        return value.IsDefault || value.Number < 0 ? null : value.Build(0);
    }

    private ConnectionRate? ReadRate()
    {
        if (_in.Json.TokenType == JsonTokenType.String)
            return ReadRateWord();
        if (!_in.RequireObject("write {\"PerSecond\": 0.2, \"Burst\": 16} or \"unlimited\""))
            return null;

        LimitsPath rate = _in.Path;
        long offset = _in.NameOffset;
        HashSet<string> seen = [];
        double? perSecond = null;
        long? burst = null;
        while (_in.ReadName() is string name)
        {
            string? field = ConnectionLimitsNames.Find(ConnectionLimitsNames.RateFields, name);
            _in.Path = rate with { Field = field ?? name };
            if (field is null)
            {
                ReportUnknownField(name);
                _in.Json.Skip();
            }
            else
            {
                _in.ReportSpelling(name, field);
                if (!seen.Add(field))
                    _in.Strictly(LimitsFormatError.Duplicate, _in.NameOffset, "it stands there twice", "remove one of the two");
                if (field == ConnectionLimitsNames.PerSecond)
                    perSecond = ReadPerSecond();
                else
                    burst = ReadBurst();
            }

            _in.Path = rate;
        }

        foreach (string missing in ConnectionLimitsNames.RateFields.Except(seen))
            _in.Fail(LimitsFormatError.Missing, offset, $"{missing} is missing", "write both, or \"unlimited\"");
        return perSecond is double speed && burst is long depth ? new ConnectionRate(speed, depth) : null;
    }

    private long? ReadBurst()
    {
        if (_in.Json.TokenType == JsonTokenType.String && _in.Json.ValueTextEquals("default"u8))
            _in.Fail(LimitsFormatError.Type, _in.Json.TokenStartIndex, "a burst has no default of its own", "write a number, or \"default\" for the rate");
        return ReadCount();
    }

    private readonly ConnectionRate? ReadRateWord()
    {
        switch (_in.DecodeText())
        {
            case "unlimited":
                return ConnectionRate.Unlimited;
            case string text when text != "default":
                string? suggestion = NameSuggestion.Among(text, ["default", "unlimited"]) is string word ? $"did you mean \"{word}\"?" : null;
                _in.Fail(LimitsFormatError.Type, _in.Json.TokenStartIndex, RateExpected, suggestion);
                break;
        }

        return null;
    }

    private double? ReadPerSecond()
    {
        if (_in.Json.TokenType == JsonTokenType.Number && _in.Json.TryGetDouble(out double perSecond))
        {
            if (perSecond == 0)
                _in.Warn(LimitsFormatError.Spelling, "0 a second means no limit", "write \"unlimited\" for the rate");
            return perSecond;
        }

        bool isQuoted = _in.Json.TokenType == JsonTokenType.String
            && double.TryParse(_in.DecodeText(), NumberStyles.Float, CultureInfo.InvariantCulture, out _);
        _in.Fail(
            LimitsFormatError.Type,
            _in.Json.TokenStartIndex,
            "a number of connections a second is expected",
            isQuoted ? "write it without quotation marks" : null);
        _in.Json.Skip();
        return null;
    }

    private ConnectionLimits? ReadProfile()
    {
        const string Expected = "\"default\", \"private\" or \"none\" is expected";
        string? name = _in.Json.TokenType == JsonTokenType.String ? _in.DecodeText() : null;
        if (ConnectionLimitsNames.FindProfile(name) is { } profile)
            return profile;

        string? guess = name is null ? null : NameSuggestion.Among(name, [.. ConnectionLimitsNames.Profiles.Select(known => known.Name)]);
        _in.Fail(LimitsFormatError.Type, _in.Json.TokenStartIndex, Expected, guess is null ? null : $"did you mean \"{guess}\"?");
        _in.Json.Skip();
        return null;
    }

    private int? ReadPeers()
    {
        if (_in.Json.TokenType == JsonTokenType.Number && _in.Json.TryGetInt32(out int peers) && peers is >= 1 and <= MostPeers)
            return peers;

        _in.Fail(LimitsFormatError.Range, _in.Json.TokenStartIndex, $"a whole number from 1 to {MostPeers} is expected");
        _in.Json.Skip();
        return null;
    }

    private bool? ReadBoolean()
    {
        if (_in.Json.TokenType is JsonTokenType.True or JsonTokenType.False)
            return _in.Json.GetBoolean();

        string? text = _in.Json.TokenType == JsonTokenType.String ? _in.DecodeText() : null;
        string? suggestion = bool.TryParse(text, out bool value) ? $"write {(value ? "true" : "false")} without quotation marks" : null;
        _in.Fail(LimitsFormatError.Type, _in.Json.TokenStartIndex, "true or false is expected", suggestion);
        _in.Json.Skip();
        return null;
    }

    private readonly void ReportUnknownSection(string name)
    {
        // Editors find the schema by this name.
        if (name == "$schema")
            return;
        string? suggestion = NameSuggestion.Among(name, [.. ConnectionLimitsNames.Sections]) is string section ? $"did you mean \"{section}\"?" : null;
        _in.Fail(LimitsFormatError.UnknownName, _in.NameOffset, "there is no such section", suggestion);
    }

    private readonly void ReportUnknownField(string name)
    {
        string? suggestion = NameSuggestion.Among(name, [.. ConnectionLimitsNames.RateFields]) is string field ? $"did you mean \"{field}\"?" : null;
        _in.Fail(LimitsFormatError.UnknownName, _in.NameOffset, "a rate has \"PerSecond\" and \"Burst\"", suggestion);
    }

    // What came from below the text has no place in it: then the section, or the whole text, is to blame.
    private readonly void ReportFaults(ConnectionLimits limits)
    {
        foreach (ConnectionLimitsFault fault in ConnectionLimitsCheck.Find(limits))
        {
            (LimitsPath Path, long Offset) place = _places.GetValueOrDefault((fault.Member, fault.Entry), _places.GetValueOrDefault((fault.Member, null)));
            _in.Add(LimitsProblemSeverity.Error, fault.Error, place.Path, place.Offset, fault.Message, suggestion: null);
        }
    }
}
