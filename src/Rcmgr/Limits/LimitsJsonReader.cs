using System.Collections.Frozen;
using System.Globalization;
using System.Text.Json;

namespace Rcmgr;

/// <summary>Reads the JSON form of limits from text that may be hostile (specification §4.3).</summary>
internal ref struct LimitsJsonReader
{
    // The format needs three levels; the rest is room for what unknown names may hold.
    private const int MaxDepth = 64;
    private const int MaxNameInPath = 80;

    private static readonly FrozenSet<string> Sections = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase,
        "Service", "ServicePeer", "Protocol", "ProtocolPeer", "Peer",
        "System", "Transient", "AllowlistedSystem", "AllowlistedTransient",
        "ServiceDefault", "ServicePeerDefault", "ProtocolDefault", "ProtocolPeerDefault", "PeerDefault", "Conn", "Stream");

    private static readonly FrozenSet<string> Fields = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase,
        "Streams", "StreamsInbound", "StreamsOutbound", "Conns", "ConnsInbound", "ConnsOutbound", "FD", "Memory");

    private readonly Dictionary<string, PartialLimits> _services = [];
    private readonly Dictionary<string, PartialLimits> _servicePeers = [];
    private readonly Dictionary<string, PartialLimits> _protocols = [];
    private readonly Dictionary<string, PartialLimits> _protocolPeers = [];
    private readonly Dictionary<string, PartialLimits> _peers = [];
    private Utf8JsonReader _json;
    private string? _section;
    private string? _entry;
    private string? _field;

    private LimitsJsonReader(ReadOnlySpan<byte> utf8Json) => _json = Open(utf8Json);

    public static PartialResourceManagerLimits Read(ReadOnlySpan<byte> utf8Json, Func<string, PeerKey?> parsePeer)
    {
        CheckSyntax(utf8Json);
        LimitsJsonReader reader = new(utf8Json);
        return reader.ReadDocument(parsePeer);
    }

    // A pass of its own, so that a text with a wrong value and a later syntax error is a syntax error, as in other readers.
    // Nothing behind the first value is looked at.
    private static void CheckSyntax(ReadOnlySpan<byte> utf8Json)
    {
        Utf8JsonReader json = Open(utf8Json);
        try
        {
            json.Read();
            json.Skip();
        }
        catch (JsonException e)
        {
            throw new LimitsFormatException(LimitsFormatError.Syntax, "$", $"not valid JSON: {e.Message}", e);
        }
    }

    private static Utf8JsonReader Open(ReadOnlySpan<byte> utf8Json) => new(utf8Json, new JsonReaderOptions { MaxDepth = MaxDepth });

    private PartialResourceManagerLimits ReadDocument(Func<string, PeerKey?> parsePeer)
    {
        _json.Read();
        RequireObject();
        PartialResourceManagerLimits limits = new();
        while (ReadName() is string name)
        {
            if (Sections.TryGetValue(name, out _section))
                limits = ReadSection(limits);
            else
                _json.Skip();
            _section = null;
        }

        return limits with
        {
            Service = _services,
            ServicePeer = _servicePeers,
            Protocol = _protocols,
            ProtocolPeer = _protocolPeers,
            Peer = ParsePeers(parsePeer),
        };
    }

    private PartialResourceManagerLimits ReadSection(PartialResourceManagerLimits limits)
    {
        switch (_section)
        {
            case "Service":
                ReadMap(_services);
                return limits;
            case "ServicePeer":
                ReadMap(_servicePeers);
                return limits;
            case "Protocol":
                ReadMap(_protocols);
                return limits;
            case "ProtocolPeer":
                ReadMap(_protocolPeers);
                return limits;
            case "Peer":
                ReadMap(_peers);
                return limits;
            default:
                return ReadPlainSection(limits);
        }
    }

    private PartialResourceManagerLimits ReadPlainSection(PartialResourceManagerLimits limits) => _section switch
    {
        "System" => limits with { System = ReadLimits(limits.System) },
        "Transient" => limits with { Transient = ReadLimits(limits.Transient) },
        "AllowlistedSystem" => limits with { AllowlistedSystem = ReadLimits(limits.AllowlistedSystem) },
        "AllowlistedTransient" => limits with { AllowlistedTransient = ReadLimits(limits.AllowlistedTransient) },
        "ServiceDefault" => limits with { ServiceDefault = ReadLimits(limits.ServiceDefault) },
        "ServicePeerDefault" => limits with { ServicePeerDefault = ReadLimits(limits.ServicePeerDefault) },
        "ProtocolDefault" => limits with { ProtocolDefault = ReadLimits(limits.ProtocolDefault) },
        "ProtocolPeerDefault" => limits with { ProtocolPeerDefault = ReadLimits(limits.ProtocolPeerDefault) },
        "PeerDefault" => limits with { PeerDefault = ReadLimits(limits.PeerDefault) },
        "Conn" => limits with { Connection = ReadLimits(limits.Connection) },
        _ => limits with { Stream = ReadLimits(limits.Stream) },
    };

    private void ReadMap(Dictionary<string, PartialLimits> map)
    {
        RequireObject();
        while (ReadName() is string name)
        {
            _entry = name;
            map[name] = ReadLimits(PartialLimits.Empty);
            _entry = null;
        }
    }

    private PartialLimits ReadLimits(PartialLimits limits)
    {
        RequireObject();
        while (ReadName() is string name)
        {
            if (Fields.TryGetValue(name, out _field))
                limits = ReadField(limits);
            else
                _json.Skip();
            _field = null;
        }

        return limits;
    }

    private PartialLimits ReadField(PartialLimits limits) => _field switch
    {
        "Streams" => limits with { Streams = ReadCount() },
        "StreamsInbound" => limits with { StreamsInbound = ReadCount() },
        "StreamsOutbound" => limits with { StreamsOutbound = ReadCount() },
        "Conns" => limits with { Connections = ReadCount() },
        "ConnsInbound" => limits with { ConnectionsInbound = ReadCount() },
        "ConnsOutbound" => limits with { ConnectionsOutbound = ReadCount() },
        "FD" => limits with { FileDescriptors = ReadCount() },
        _ => limits with { Memory = ReadMemory() },
    };

    private LimitValue ReadCount() => _json.TokenType switch
    {
        JsonTokenType.Number => ReadNumber(),
        JsonTokenType.String => ReadWord() ?? throw WrongValue(),
        _ => throw WrongValue(),
    };

    private LimitValue ReadMemory() => _json.TokenType switch
    {
        JsonTokenType.Number => ReadNumber(),
        JsonTokenType.String => ReadWord() ?? ParseDecimal(DecodeText()),
        _ => throw WrongValue(),
    };

    // The raw bytes are compared: a word with escapes in it is not a word, as in other readers.
    private readonly LimitValue? ReadWord()
    {
        ReadOnlySpan<byte> word = _json.ValueSpan;
        if (word.SequenceEqual("default"u8))
            return LimitValue.Default;
        if (word.SequenceEqual("unlimited"u8))
            return LimitValue.Unlimited;
        if (word.SequenceEqual("blockAll"u8))
            return LimitValue.BlockAll;

        return null;
    }

    private readonly LimitValue ReadNumber()
    {
        if (_json.ValueSpan.IndexOfAny(".eE"u8) >= 0)
            throw WrongValue();
        if (!_json.TryGetInt64(out long number))
            throw OutOfRange();

        return FromNumber(number);
    }

    private readonly LimitValue ParseDecimal(string text)
    {
        ReadOnlySpan<char> digits = text is ['+' or '-', ..] ? text.AsSpan(1) : text;
        if (digits.IsEmpty || digits.ContainsAnyExceptInRange('0', '9'))
            throw WrongValue();
        if (!long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number))
            throw OutOfRange();

        return FromNumber(number);
    }

    // The format's numeric aliases of the words; every other negative number is legal and blocks everything.
    private static LimitValue FromNumber(long number) => number switch
    {
        -1 => LimitValue.Unlimited,
        -2 => LimitValue.BlockAll,
        _ => LimitValue.Literal(number),
    };

    private Dictionary<PeerKey, PartialLimits> ParsePeers(Func<string, PeerKey?> parsePeer)
    {
        Dictionary<PeerKey, PartialLimits> peers = [];
        _section = "Peer";
        foreach ((string text, PartialLimits limits) in _peers)
        {
            _entry = text;
            PeerKey peer = parsePeer(text) ?? throw Error(LimitsFormatError.PeerId, "not a peer id");
            peers[peer] = limits;
        }

        return peers;
    }

    /// <summary>Moves to the value of the object's next member and returns the member's name, or null at the object's end.</summary>
    private string? ReadName()
    {
        _json.Read();
        if (_json.TokenType == JsonTokenType.EndObject)
            return null;

        string name = DecodeText();
        _json.Read();
        return name;
    }

    private readonly string DecodeText()
    {
        try
        {
            return _json.GetString()!;
        }
        catch (InvalidOperationException e)
        {
            throw new LimitsFormatException(LimitsFormatError.Syntax, Path(), "a text that is not Unicode", e);
        }
    }

    private readonly void RequireObject()
    {
        if (_json.TokenType == JsonTokenType.Null)
            throw Error(LimitsFormatError.Null, "null has no meaning here");
        if (_json.TokenType != JsonTokenType.StartObject)
            throw Error(LimitsFormatError.Type, "an object is expected");
    }

    private readonly LimitsFormatException WrongValue() => _json.TokenType == JsonTokenType.Null
        ? Error(LimitsFormatError.Null, "null has no meaning here; leave the field out for the default")
        : Error(LimitsFormatError.Type, "an integer or one of \"default\", \"unlimited\", \"blockAll\" is expected");

    private readonly LimitsFormatException OutOfRange() => Error(LimitsFormatError.Range, "the number does not fit into 64 bits");

    private readonly LimitsFormatException Error(LimitsFormatError error, string reason) => new(error, Path(), reason);

    private readonly string Path()
    {
        string section = _section is null ? "" : $".{_section}";
        string entry = _entry is null ? "" : $"[\"{JsonEncodedText.Encode(Shorten(_entry))}\"]";
        string field = _field is null ? "" : $".{_field}";
        return $"${section}{entry}{field}";
    }

    private static string Shorten(string name) => name.Length <= MaxNameInPath ? name : $"{name.AsSpan(0, MaxNameInPath)}...";
}
