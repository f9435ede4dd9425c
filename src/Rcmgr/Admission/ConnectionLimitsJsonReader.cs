using System.Net;

namespace Rcmgr;

/// <summary>Reads the JSON form of limits by address from text that may be hostile.</summary>
internal ref partial struct ConnectionLimitsJsonReader
{
    private readonly ConnectionLimitsOverlay _written = new();
    private readonly HashSet<string> _seen = [];
    private readonly Dictionary<(string Section, string? Entry), (LimitsPath Path, long Offset)> _places = [];
    private LimitsTextReader _in;

    private ConnectionLimitsJsonReader(LimitsTextReader input)
    {
        _in = input;
    }

    public static LimitsReadResult<ConnectionLimits> Read(ReadOnlySpan<byte> utf8Json, ConnectionLimits defaults) =>
        LimitsTextReader.Read(utf8Json, LimitsReadOptions.Default, input => new ConnectionLimitsJsonReader(input).ReadDocument(defaults));

    private ConnectionLimits ReadDocument(ConnectionLimits defaults)
    {
        if (_in.Begin())
        {
            while (_in.ReadName() is string name)
                ReadSection(name);
        }

        _in.End();
        ConnectionLimits limits = _written.Over(defaults);
        ReportFaults(limits);
        return limits;
    }

    private void ReadSection(string name)
    {
        string? section = ConnectionLimitsNames.Find(ConnectionLimitsNames.Sections, name);
        _in.Path = new LimitsPath(section ?? name);
        if (section is null)
        {
            ReportUnknownSection(name);
            _in.Json.Skip();
            return;
        }

        _in.ReportSpelling(name, section);
        if (!_seen.Add(section))
            _in.Strictly(LimitsFormatError.Duplicate, _in.NameOffset, "the section stands there twice", "make one section of the two");
        _places[(section, null)] = (_in.Path, _in.NameOffset);
        ReadKnown(section);
    }

    private void ReadKnown(string section)
    {
        switch (section)
        {
            case ConnectionLimitsNames.Profile:
                _written.Profile = ReadProfile() ?? _written.Profile;
                break;
            case ConnectionLimitsNames.PeersPerAddress:
                _written.PeersPerAddress = ReadPeers() ?? _written.PeersPerAddress;
                break;
            case nameof(ConnectionLimits.SubnetsIPv4):
                ReadSubnets(_written.SubnetsIPv4, isIPv4: true);
                break;
            case nameof(ConnectionLimits.SubnetsIPv6):
                ReadSubnets(_written.SubnetsIPv6, isIPv4: false);
                break;
            case nameof(ConnectionLimits.Networks):
                ReadNetworks(_written.Networks);
                break;
            case nameof(ConnectionLimits.RatesIPv4):
                ReadSubnetRates(_written.RatesIPv4, isIPv4: true);
                break;
            case nameof(ConnectionLimits.RatesIPv6):
                ReadSubnetRates(_written.RatesIPv6, isIPv4: false);
                break;
            case nameof(ConnectionLimits.NetworkRates):
                ReadNetworkRates(_written.NetworkRates);
                break;
            case nameof(ConnectionLimits.GlobalRate):
                _written.GlobalRate = ReadRate() ?? _written.GlobalRate;
                break;
            case nameof(ConnectionLimits.ExemptLoopback):
                _written.ExemptLoopback = ReadBoolean() ?? _written.ExemptLoopback;
                break;
            default:
                _written.IncludeOutbound = ReadBoolean() ?? _written.IncludeOutbound;
                break;
        }
    }

    private void ReadSubnets(List<SubnetLimit> subnets, bool isIPv4)
    {
        LimitsPath section = _in.Path;
        while (NextEntry(section) is string name)
        {
            int? length = ReadLength(name, isIPv4);
            if (ReadCount() is long connections && length is int known)
                subnets.Add(new SubnetLimit(known, connections));
        }
    }

    private void ReadNetworks(List<NetworkLimit> networks)
    {
        LimitsPath section = _in.Path;
        while (NextEntry(section) is string name)
        {
            IPNetwork? network = ReadNetwork(name);
            if (ReadCount() is long connections && network is IPNetwork known)
                networks.Add(new NetworkLimit(known, connections));
        }
    }

    private void ReadSubnetRates(List<SubnetRate> rates, bool isIPv4)
    {
        LimitsPath section = _in.Path;
        while (NextEntry(section) is string name)
        {
            int? length = ReadLength(name, isIPv4);
            if (ReadRate() is ConnectionRate rate && length is int known)
                rates.Add(new SubnetRate(known, rate));
        }
    }

    private void ReadNetworkRates(List<NetworkRate> rates)
    {
        LimitsPath section = _in.Path;
        while (NextEntry(section) is string name)
        {
            IPNetwork? network = ReadNetwork(name);
            if (ReadRate() is ConnectionRate rate && network is IPNetwork known)
                rates.Add(new NetworkRate(known, rate));
        }
    }

    /// <summary>Moves to the next entry of a section's object, and into that object first; null at its end, or when there is none.</summary>
    private string? NextEntry(in LimitsPath section)
    {
        bool isFirst = _in.Path == section;
        if (isFirst && !_in.RequireObject())
            return null;
        _in.Path = section;
        if (_in.ReadName() is not string name)
            return null;
        _in.Path = section with { Entry = name };
        _in.CountEntry();
        return name;
    }

    private readonly int? ReadLength(string name, bool isIPv4)
    {
        if (ConnectionLimitsNames.ParseLength(name) is not int length)
        {
            string? suggestion = ConnectionLimitsNames.ParseLength($"/{name}") is null ? null : $"write \"/{name}\"";
            _in.Fail(LimitsFormatError.UnknownName, _in.NameOffset, "a prefix length such as \"/32\" is expected", suggestion);
            return null;
        }

        if (ConnectionLimitsCheck.DescribeLength(length, isIPv4) is string outOfRange)
        {
            _in.Fail(LimitsFormatError.Range, _in.NameOffset, outOfRange);
            return null;
        }

        AddPlace(name);
        return length;
    }

    private readonly IPNetwork? ReadNetwork(string name)
    {
        if (IPNetwork.TryParse(name, out IPNetwork network))
        {
            AddPlace(network.ToString());
            _in.ReportSpelling(name, network.ToString());
            return network;
        }

        string? suggestion = ConnectionLimitsNames.SuggestNetwork(name) is string usual ? $"write \"{usual}\"" : null;
        _in.Fail(LimitsFormatError.UnknownName, _in.NameOffset, "a network such as \"10.0.0.0/8\" is expected", suggestion);
        return null;
    }

    private readonly void AddPlace(string entry) => _places[(_in.Path.Section!, entry)] = (_in.Path, _in.NameOffset);
}
