using System.Text.Json;

namespace Rcmgr.Tool.Conformance;

/// <summary>
/// Reads concrete limits that are recorded as one vector of eight integers for each scope. The header's
/// <c>vectorOrder</c> tells the order; all numbers stay 64-bit integers.
/// </summary>
internal sealed class LimitVectors
{
    private static readonly string[] UsualOrder =
        ["Streams", "StreamsInbound", "StreamsOutbound", "Conns", "ConnsInbound", "ConnsOutbound", "FD", "Memory"];

    private readonly Dictionary<string, int> _positions;

    public LimitVectors(JsonElement root)
    {
        IEnumerable<string> order = root.TryGetProperty("vectorOrder", out JsonElement given)
            ? given.EnumerateArray().Select(name => name.GetString() ?? "")
            : UsualOrder;
        _positions = order.Select((name, position) => (name, position)).ToDictionary(entry => entry.name, entry => entry.position);
    }

    /// <summary>The limits of all scopes of a manager. <paramref name="parsePeer"/> turns the keys of the Peer section into peers.</summary>
    public ResourceManagerLimits ReadAll(JsonElement limits, Func<string, PeerKey> parsePeer) => new()
    {
        System = Read(limits.GetProperty("System")),
        Transient = Read(limits.GetProperty("Transient")),
        AllowlistedSystem = Read(limits.GetProperty("AllowlistedSystem")),
        AllowlistedTransient = Read(limits.GetProperty("AllowlistedTransient")),
        ServiceDefault = Read(limits.GetProperty("ServiceDefault")),
        Service = ReadMap(limits, "Service", name => name),
        ServicePeerDefault = Read(limits.GetProperty("ServicePeerDefault")),
        ServicePeer = ReadMap(limits, "ServicePeer", name => name),
        ProtocolDefault = Read(limits.GetProperty("ProtocolDefault")),
        Protocol = ReadMap(limits, "Protocol", name => name),
        ProtocolPeerDefault = Read(limits.GetProperty("ProtocolPeerDefault")),
        ProtocolPeer = ReadMap(limits, "ProtocolPeer", name => name),
        PeerDefault = Read(limits.GetProperty("PeerDefault")),
        Peer = ReadMap(limits, "Peer", parsePeer),
        Connection = Read(limits.GetProperty("Conn")),
        Stream = Read(limits.GetProperty("Stream")),
    };

    /// <summary>The limits of one scope.</summary>
    public ResourceLimits Read(JsonElement vector) => new(
        At(vector, "Streams"),
        At(vector, "StreamsInbound"),
        At(vector, "StreamsOutbound"),
        At(vector, "Conns"),
        At(vector, "ConnsInbound"),
        At(vector, "ConnsOutbound"),
        At(vector, "FD"),
        At(vector, "Memory"));

    private long At(JsonElement vector, string field) => vector[_positions[field]].GetInt64();

    private Dictionary<TKey, ResourceLimits> ReadMap<TKey>(JsonElement limits, string section, Func<string, TKey> parseKey)
        where TKey : notnull =>
        limits.TryGetProperty(section, out JsonElement map) && map.ValueKind == JsonValueKind.Object
            ? map.EnumerateObject().ToDictionary(entry => parseKey(entry.Name), entry => Read(entry.Value))
            : [];
}
