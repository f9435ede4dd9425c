using System.Globalization;
using System.Text.Json;

namespace Rcmgr;

/// <summary>Writes the JSON form of limits; the order of sections and fields is part of the format (specification §4.3).</summary>
internal static class LimitsJsonWriter
{
    public static void Write(Utf8JsonWriter writer, PartialResourceManagerLimits limits)
    {
        writer.WriteStartObject();
        WriteMap(writer, "Service", limits.Service);
        WriteMap(writer, "ServicePeer", limits.ServicePeer);
        WriteMap(writer, "Protocol", limits.Protocol);
        WriteMap(writer, "ProtocolPeer", limits.ProtocolPeer);
        WriteMap(writer, "Peer", limits.Peer.Select(entry => KeyValuePair.Create(entry.Key.Text, entry.Value)));
        WriteSection(writer, "System", limits.System);
        WriteSection(writer, "Transient", limits.Transient);
        WriteSection(writer, "AllowlistedSystem", limits.AllowlistedSystem);
        WriteSection(writer, "AllowlistedTransient", limits.AllowlistedTransient);
        WriteSection(writer, "ServiceDefault", limits.ServiceDefault);
        WriteSection(writer, "ServicePeerDefault", limits.ServicePeerDefault);
        WriteSection(writer, "ProtocolDefault", limits.ProtocolDefault);
        WriteSection(writer, "ProtocolPeerDefault", limits.ProtocolPeerDefault);
        WriteSection(writer, "PeerDefault", limits.PeerDefault);
        WriteSection(writer, "Conn", limits.Connection);
        WriteSection(writer, "Stream", limits.Stream);
        writer.WriteEndObject();
    }

    private static void WriteMap(Utf8JsonWriter writer, string section, IEnumerable<KeyValuePair<string, PartialLimits>> map)
    {
        KeyValuePair<string, PartialLimits>[] entries = [.. map.OrderBy(entry => entry.Key, StringComparer.Ordinal)];
        if (entries.Length == 0)
            return;

        writer.WriteStartObject(section);
        foreach ((string name, PartialLimits limits) in entries)
        {
            // Written even when empty: an empty entry fixes the class default under this name.
            writer.WritePropertyName(name);
            WriteLimits(writer, limits);
        }

        writer.WriteEndObject();
    }

    private static void WriteSection(Utf8JsonWriter writer, string section, PartialLimits limits)
    {
        if (limits.IsEmpty)
            return;

        writer.WritePropertyName(section);
        WriteLimits(writer, limits);
    }

    private static void WriteLimits(Utf8JsonWriter writer, PartialLimits limits)
    {
        writer.WriteStartObject();
        WriteCount(writer, "Streams", limits.Streams);
        WriteCount(writer, "StreamsInbound", limits.StreamsInbound);
        WriteCount(writer, "StreamsOutbound", limits.StreamsOutbound);
        WriteCount(writer, "Conns", limits.Connections);
        WriteCount(writer, "ConnsInbound", limits.ConnectionsInbound);
        WriteCount(writer, "ConnsOutbound", limits.ConnectionsOutbound);
        WriteCount(writer, "FD", limits.FileDescriptors);
        WriteMemory(writer, limits.Memory);
        writer.WriteEndObject();
    }

    private static void WriteCount(Utf8JsonWriter writer, string field, LimitValue value)
    {
        if (value.Number is long number)
            writer.WriteNumber(field, number);
        else if (!value.IsDefault)
            writer.WriteString(field, value.ToString());
    }

    // As a string, because readers that go through doubles lose bytes above 2^53.
    private static void WriteMemory(Utf8JsonWriter writer, LimitValue value)
    {
        if (value.Number is long number)
            writer.WriteString("Memory", number.ToString(CultureInfo.InvariantCulture));
        else if (!value.IsDefault)
            writer.WriteString("Memory", value.ToString());
    }
}
