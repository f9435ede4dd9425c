namespace Rcmgr;

/// <summary>Reads the JSON form of limits from text that may be hostile (specification §4.3).</summary>
internal ref partial struct LimitsJsonReader
{
    private readonly LimitsReadOptions _options;
    private readonly List<WrittenLimit> _written = [];
    private readonly HashSet<LimitSection> _seen = [];
    private readonly Dictionary<ScopeKind, PartialLimits> _classes = [];
    private readonly Dictionary<ScopeKind, Dictionary<string, PartialLimits>> _named = [];
    private readonly Dictionary<string, long> _peerOffsets = [];
    private LimitsTextReader _in;

    private LimitsJsonReader(LimitsTextReader input, LimitsReadOptions options)
    {
        _in = input;
        _options = options;
    }

    public static LimitsReadResult<PartialResourceManagerLimits> Read(ReadOnlySpan<byte> utf8Json, LimitsReadOptions options) =>
        LimitsTextReader.Read(utf8Json, options, input => new LimitsJsonReader(input, options).ReadDocument());

    private PartialResourceManagerLimits ReadDocument()
    {
        if (_in.Begin())
        {
            while (_in.ReadName() is string name)
                ReadSection(name);
        }

        _in.End();
        return Finish();
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
        _in.Path = new LimitsPath(section?.Name ?? name);
        if (section is null)
        {
            ReportUnknownSection(name);
            _in.Json.Skip();
            return;
        }

        _in.ReportSpelling(name, section.Name);
        if (!_seen.Add(section))
            _in.Strictly(LimitsFormatError.Duplicate, _in.NameOffset, "the section stands there twice", "make one section of the two");
        if (section.IsMap)
            ReadMap(section.Kind);
        else
            _classes[section.Kind] = ReadLimits(_classes.GetValueOrDefault(section.Kind) ?? PartialLimits.Empty, section.Kind, null);
    }

    private void ReadMap(ScopeKind kind)
    {
        if (!_in.RequireObject())
            return;

        if (!_named.TryGetValue(kind, out Dictionary<string, PartialLimits>? map))
            _named[kind] = map = [];
        LimitsPath section = _in.Path;
        while (_in.ReadName() is string name)
        {
            _in.Path = section with { Entry = name };
            _in.CountEntry();
            if (map.ContainsKey(name))
                _in.Strictly(LimitsFormatError.Duplicate, _in.NameOffset, "the name stands there twice", "make one entry of the two");
            if (kind == ScopeKind.Peer)
                _peerOffsets[name] = _in.NameOffset;
            map[name] = ReadLimits(PartialLimits.Empty, kind, name);
            _in.Path = section;
        }
    }

    private PartialLimits ReadLimits(PartialLimits limits, ScopeKind kind, string? entry)
    {
        if (!RequireLimits(entry))
            return limits;

        LimitsPath scope = _in.Path;
        int seen = 0;
        while (_in.ReadName() is string name)
        {
            LimitField? known = LimitFields.Find(name);
            _in.Path = scope with { Field = known?.Name() ?? name };
            if (known is LimitField field)
            {
                _in.ReportSpelling(name, field.Name());
                if ((seen & (1 << (int)field)) != 0)
                    _in.Strictly(LimitsFormatError.Duplicate, _in.NameOffset, "the limit stands there twice", "remove one of the two");
                seen |= 1 << (int)field;
                LimitValue value = _in.ReadLimit(field);
                limits = limits.With(field, value);
                if (!value.IsDefault)
                    _written.Add(new WrittenLimit(kind, entry, field, _in.Path, _in.Json.TokenStartIndex));
            }
            else
            {
                ReportUnknownField(name);
                _in.Json.Skip();
            }

            _in.Path = scope;
        }

        return limits;
    }

    private Dictionary<string, PeerKey> ParsePeers()
    {
        Dictionary<string, PeerKey> peers = [];
        Dictionary<PeerKey, string> spellings = [];
        foreach (string text in _named.GetValueOrDefault(ScopeKind.Peer)?.Keys ?? Enumerable.Empty<string>())
        {
            _in.Path = new LimitsPath("Peer", text);
            if (_options.ParsePeer(text) is not PeerKey peer)
            {
                _in.Fail(LimitsFormatError.PeerId, _peerOffsets[text], "not a peer id", "write it as 12D3KooW…, Qm… or in its CID form");
                continue;
            }

            peers[text] = peer;
            if (!spellings.TryAdd(peer, text))
                _in.Strictly(LimitsFormatError.Duplicate, _peerOffsets[text], $"the same peer as \"{spellings[peer]}\"", "make one entry of the two");
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
}
