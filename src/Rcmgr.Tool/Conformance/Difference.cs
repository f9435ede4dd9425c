using System.Text.Json;

namespace Rcmgr.Tool.Conformance;

/// <summary>Finds the first difference between what is recorded and what we do, in words; null means none.</summary>
internal static class Difference
{
    public static string? Between(ResourceManagerLimits expected, ResourceManagerLimits actual)
    {
        return Section("System", expected.System, actual.System)
            ?? Section("Transient", expected.Transient, actual.Transient)
            ?? Section("AllowlistedSystem", expected.AllowlistedSystem, actual.AllowlistedSystem)
            ?? Section("AllowlistedTransient", expected.AllowlistedTransient, actual.AllowlistedTransient)
            ?? Section("ServiceDefault", expected.ServiceDefault, actual.ServiceDefault)
            ?? Map("Service", expected.Service, actual.Service)
            ?? Section("ServicePeerDefault", expected.ServicePeerDefault, actual.ServicePeerDefault)
            ?? Map("ServicePeer", expected.ServicePeer, actual.ServicePeer)
            ?? Section("ProtocolDefault", expected.ProtocolDefault, actual.ProtocolDefault)
            ?? Map("Protocol", expected.Protocol, actual.Protocol)
            ?? Section("ProtocolPeerDefault", expected.ProtocolPeerDefault, actual.ProtocolPeerDefault)
            ?? Map("ProtocolPeer", expected.ProtocolPeer, actual.ProtocolPeer)
            ?? Section("PeerDefault", expected.PeerDefault, actual.PeerDefault)
            ?? Map("Peer", expected.Peer, actual.Peer)
            ?? Section("Conn", expected.Connection, actual.Connection)
            ?? Section("Stream", expected.Stream, actual.Stream);
    }

    /// <summary>Compares two JSON texts by their values: the same members in the same order, strings decoded, numbers as they are spelled.</summary>
    public static string? BetweenTexts(string what, string expected, string actual)
    {
        using JsonDocument left = JsonDocument.Parse(expected);
        using JsonDocument right = JsonDocument.Parse(actual);
        return BetweenValues(what, left.RootElement, right.RootElement);
    }

    /// <summary>As <see cref="BetweenTexts"/>, for parsed values.</summary>
    public static string? BetweenValues(string path, JsonElement expected, JsonElement actual)
    {
        if (expected.ValueKind == JsonValueKind.Object && actual.ValueKind == JsonValueKind.Object)
            return BetweenObjects(path, expected, actual);

        bool same = expected.ValueKind == actual.ValueKind && (expected.ValueKind == JsonValueKind.String
            ? expected.GetString() == actual.GetString()
            : expected.GetRawText() == actual.GetRawText());
        return same ? null : $"{path}: expected {expected.GetRawText()}, got {actual.GetRawText()}";
    }

    private static string? BetweenObjects(string path, JsonElement expected, JsonElement actual)
    {
        JsonProperty[] wanted = [.. expected.EnumerateObject()];
        JsonProperty[] found = [.. actual.EnumerateObject()];
        for (int i = 0; i < Math.Max(wanted.Length, found.Length); i++)
        {
            string? wantedName = i < wanted.Length ? wanted[i].Name : null;
            string? foundName = i < found.Length ? found[i].Name : null;
            if (wantedName != foundName)
                return $"{path}: member {i + 1} is expected to be {wantedName ?? "absent"}, got {foundName ?? "nothing"}";

            if (BetweenValues($"{path}.{wantedName}", wanted[i].Value, found[i].Value) is string difference)
                return difference;
        }

        return null;
    }

    private static string? Section(string name, ResourceLimits expected, ResourceLimits actual) =>
        Field(name, "Streams", expected.Streams, actual.Streams)
        ?? Field(name, "StreamsInbound", expected.StreamsInbound, actual.StreamsInbound)
        ?? Field(name, "StreamsOutbound", expected.StreamsOutbound, actual.StreamsOutbound)
        ?? Field(name, "Conns", expected.Connections, actual.Connections)
        ?? Field(name, "ConnsInbound", expected.ConnectionsInbound, actual.ConnectionsInbound)
        ?? Field(name, "ConnsOutbound", expected.ConnectionsOutbound, actual.ConnectionsOutbound)
        ?? Field(name, "FD", expected.FileDescriptors, actual.FileDescriptors)
        ?? Field(name, "Memory", expected.Memory, actual.Memory);

    private static string? Field(string scope, string name, long expected, long actual) =>
        expected == actual ? null : $"{scope}: {name}: expected {expected}, got {actual}";

    private static string? Map<TKey>(
        string name, IReadOnlyDictionary<TKey, ResourceLimits> expected, IReadOnlyDictionary<TKey, ResourceLimits> actual)
        where TKey : class
    {
        foreach ((TKey key, ResourceLimits limits) in expected)
        {
            if (!actual.TryGetValue(key, out ResourceLimits? found))
                return $"{name}: {key} is missing";
            if (Section($"{name} {key}", limits, found) is string difference)
                return difference;
        }

        return actual.Keys.FirstOrDefault(key => !expected.ContainsKey(key)) is TKey surplus ? $"{name}: {surplus} is surplus" : null;
    }
}
