using System.Text;
using System.Text.Json;

namespace Rcmgr;

/// <summary>Reads the JSON form of limits from text that may be hostile (specification §4.3).</summary>
internal ref partial struct LimitsJsonReader
{
    // The format needs three levels; the rest is room for what unknown names may hold.
    private const int MaxDepth = 64;

    private readonly ReadOnlySpan<byte> _text;
    private readonly LimitsReadOptions _options;
    private readonly List<LimitsProblem> _problems = [];
    private readonly List<WrittenLimit> _written = [];
    private readonly HashSet<LimitSection> _seen = [];
    private readonly Dictionary<ScopeKind, PartialLimits> _classes = [];
    private readonly Dictionary<ScopeKind, Dictionary<string, PartialLimits>> _named = [];
    private readonly Dictionary<string, long> _peerOffsets = [];
    private Utf8JsonReader _json;
    private LimitsPath _path;
    private long _nameOffset;
    private int _entries;

    private LimitsJsonReader(ReadOnlySpan<byte> utf8Json, LimitsReadOptions options)
    {
        _text = utf8Json;
        _options = options;
        _json = Open(utf8Json);
    }

    public static LimitsReadResult Read(ReadOnlySpan<byte> utf8Json, LimitsReadOptions options)
    {
        LimitsJsonReader reader = new(utf8Json, options);
        PartialResourceManagerLimits? limits = null;
        try
        {
            limits = reader.ReadDocument();
        }
        catch (JsonException e)
        {
            reader.AddSyntaxError(e);
        }
        catch (ReadingEndedException)
        {
            // What ended it is among the problems.
        }

        return new LimitsReadResult(reader._problems.Exists(problem => problem.IsError) ? null : limits, reader._problems);
    }

    private static Utf8JsonReader Open(ReadOnlySpan<byte> utf8Json) => new(utf8Json, new JsonReaderOptions { MaxDepth = MaxDepth });

    private PartialResourceManagerLimits ReadDocument()
    {
        if (_options.Lenient)
            CheckSyntax();
        else if (_text.StartsWith(Encoding.UTF8.Preamble))
            Fail(LimitsFormatError.Syntax, 0, "the text starts with a byte order mark", "save it as UTF-8 without one");

        _json.Read();
        if (RequireObject(null))
        {
            while (ReadName() is string name)
                ReadSection(name);
        }

        _path = default;
        if (!_options.Lenient)
            _json.Read();

        return Finish();
    }

    // A pass of its own, so that a text with a wrong value and a later syntax error is a syntax error, as in other readers.
    // Nothing behind the first value is looked at.
    private readonly void CheckSyntax()
    {
        Utf8JsonReader json = Open(_text);
        json.Read();
        json.Skip();
    }

    private PartialResourceManagerLimits Finish()
    {
        Dictionary<string, PeerKey> peers = ParsePeers();
        Dictionary<ScopeKind, PartialLimits> classes = _classes;
        Dictionary<ScopeKind, Dictionary<string, PartialLimits>> named = _named;
        PartialResourceManagerLimits limits = new(
            kind => classes.GetValueOrDefault(kind) ?? PartialLimits.Empty,
            kind => named.GetValueOrDefault(kind) ?? [],
            PeerLimits(peers));
        if (!_options.Lenient)
            ReportContradictions(limits, peers);

        return limits;
    }

    private void ReadSection(string name)
    {
        LimitSection? section = LimitSection.Find(name);
        _path = new LimitsPath(section?.Name ?? name);
        if (section is null)
        {
            ReportUnknownSection(name);
            _json.Skip();
            return;
        }

        ReportSpelling(name, section.Name);
        if (!_seen.Add(section))
            Strictly(LimitsFormatError.Duplicate, _nameOffset, "the section stands there twice", "make one section of the two");
        if (section.IsMap)
            ReadMap(section.Kind);
        else
            _classes[section.Kind] = ReadLimits(_classes.GetValueOrDefault(section.Kind) ?? PartialLimits.Empty, section.Kind, null);
    }

    private void ReadMap(ScopeKind kind)
    {
        if (!RequireObject(null))
            return;

        if (!_named.TryGetValue(kind, out Dictionary<string, PartialLimits>? map))
            _named[kind] = map = [];
        LimitsPath section = _path;
        while (ReadName() is string name)
        {
            _path = section with { Entry = name };
            CountEntry();
            if (map.ContainsKey(name))
                Strictly(LimitsFormatError.Duplicate, _nameOffset, "the name stands there twice", "make one entry of the two");
            if (kind == ScopeKind.Peer)
                _peerOffsets[name] = _nameOffset;
            map[name] = ReadLimits(PartialLimits.Empty, kind, name);
            _path = section;
        }
    }

    private PartialLimits ReadLimits(PartialLimits limits, ScopeKind kind, string? entry)
    {
        if (!RequireObject(entry))
            return limits;

        LimitsPath scope = _path;
        int seen = 0;
        while (ReadName() is string name)
        {
            LimitField? known = LimitFields.Find(name);
            _path = scope with { Field = known?.Name() ?? name };
            if (known is LimitField field)
            {
                ReportSpelling(name, field.Name());
                if ((seen & (1 << (int)field)) != 0)
                    Strictly(LimitsFormatError.Duplicate, _nameOffset, "the limit stands there twice", "remove one of the two");
                seen |= 1 << (int)field;
                LimitValue value = ReadValue(field);
                limits = limits.With(field, value);
                if (!value.IsDefault)
                    _written.Add(new WrittenLimit(kind, entry, field, _path, _json.TokenStartIndex));
            }
            else
            {
                ReportUnknownField(name);
                _json.Skip();
            }

            _path = scope;
        }

        return limits;
    }

    private Dictionary<string, PeerKey> ParsePeers()
    {
        Dictionary<string, PeerKey> peers = [];
        Dictionary<PeerKey, string> spellings = [];
        foreach (string text in _named.GetValueOrDefault(ScopeKind.Peer)?.Keys ?? Enumerable.Empty<string>())
        {
            _path = new LimitsPath("Peer", text);
            if (_options.ParsePeer(text) is not PeerKey peer)
            {
                Fail(LimitsFormatError.PeerId, _peerOffsets[text], "not a peer id", "write it as 12D3KooW…, Qm… or in its CID form");
                continue;
            }

            peers[text] = peer;
            if (!spellings.TryAdd(peer, text))
                Strictly(LimitsFormatError.Duplicate, _peerOffsets[text], $"the same peer as \"{spellings[peer]}\"", "make one entry of the two");
        }

        return peers;
    }

    // Of two spellings of one peer the later one counts.
    private readonly Dictionary<PeerKey, PartialLimits> PeerLimits(Dictionary<string, PeerKey> peers)
    {
        Dictionary<PeerKey, PartialLimits> limits = [];
        foreach ((string text, PeerKey peer) in peers)
            limits[peer] = _named[ScopeKind.Peer][text];

        return limits;
    }

    /// <summary>Moves to the value of the object's next member and returns the member's name, or null at the object's end.</summary>
    private string? ReadName()
    {
        while (_json.Read() && _json.TokenType != JsonTokenType.EndObject)
        {
            _nameOffset = _json.TokenStartIndex;
            string? name = DecodeText();
            _json.Read();
            if (name is not null)
                return name;
            _json.Skip();
        }

        return null;
    }

    private string? DecodeText()
    {
        try
        {
            return _json.GetString()!;
        }
        catch (InvalidOperationException)
        {
            Fail(LimitsFormatError.Syntax, _json.TokenStartIndex, "a text that is not Unicode");
            return null;
        }
    }
}
