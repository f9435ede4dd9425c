using System.Text.Json;

namespace Rcmgr.Tool.Conformance;

/// <summary>Reads a recorded scaling configuration; an absent field is zero.</summary>
internal static class ScalingConfig
{
    /// <param name="config">The recorded configuration.</param>
    /// <param name="peers">The peers it may name; its own keys are raw bytes in lossy text.</param>
    public static ScalingLimits Read(JsonElement config, IEnumerable<PeerKey> peers) => new()
    {
        System = Class(config, "System"),
        Transient = Class(config, "Transient"),
        AllowlistedSystem = Class(config, "AllowlistedSystem"),
        AllowlistedTransient = Class(config, "AllowlistedTransient"),
        ServiceDefault = Class(config, "Service"),
        Service = Named(config, "ServiceLimits", name => name),
        ServicePeerDefault = Class(config, "ServicePeer"),
        ServicePeer = Named(config, "ServicePeerLimits", name => name),
        ProtocolDefault = Class(config, "Protocol"),
        Protocol = Named(config, "ProtocolLimits", name => name),
        ProtocolPeerDefault = Class(config, "ProtocolPeer"),
        ProtocolPeer = Named(config, "ProtocolPeerLimits", name => name),
        PeerDefault = Class(config, "Peer"),
        Peer = Named(config, "PeerLimits", name => peers.First(peer => RecordedPeers.AsLossyText(peer.Text) == name)),
        Connection = Class(config, "Conn"),
        Stream = Class(config, "Stream"),
    };

    private static ScalingLimit Class(JsonElement config, string name) =>
        new(Base(config.GetProperty($"{name}BaseLimit")), Increase(config.GetProperty($"{name}LimitIncrease")));

    private static Dictionary<TKey, ScalingLimit> Named<TKey>(JsonElement config, string section, Func<string, TKey> parseKey)
        where TKey : notnull
    {
        if (!config.TryGetProperty(section, out JsonElement map) || map.ValueKind != JsonValueKind.Object)
            return [];

        return map.EnumerateObject().ToDictionary(
            entry => parseKey(entry.Name),
            entry => new ScalingLimit(Base(entry.Value.GetProperty("BaseLimit")), Increase(entry.Value.GetProperty("BaseLimitIncrease"))));
    }

    private static ResourceLimits Base(JsonElement limits) => new(
        Number(limits, "Streams"),
        Number(limits, "StreamsInbound"),
        Number(limits, "StreamsOutbound"),
        Number(limits, "Conns"),
        Number(limits, "ConnsInbound"),
        Number(limits, "ConnsOutbound"),
        Number(limits, "FD"),
        Number(limits, "Memory"));

    private static LimitIncrease Increase(JsonElement increase) => new()
    {
        Streams = Number(increase, "Streams"),
        StreamsInbound = Number(increase, "StreamsInbound"),
        StreamsOutbound = Number(increase, "StreamsOutbound"),
        Connections = Number(increase, "Conns"),
        ConnectionsInbound = Number(increase, "ConnsInbound"),
        ConnectionsOutbound = Number(increase, "ConnsOutbound"),
        Memory = Number(increase, "Memory"),
        FileDescriptorFraction = increase.TryGetProperty("FDFraction", out JsonElement fraction) ? fraction.GetDouble() : 0,
    };

    private static long Number(JsonElement item, string field) =>
        item.TryGetProperty(field, out JsonElement value) ? value.GetInt64() : 0;
}
