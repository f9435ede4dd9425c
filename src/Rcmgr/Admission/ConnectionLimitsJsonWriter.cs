using System.Text.Json;

namespace Rcmgr;

/// <summary>Writes the JSON form of limits by address: over no limits, every rule.</summary>
internal static class ConnectionLimitsJsonWriter
{
    public static void Write(Utf8JsonWriter writer, ConnectionLimits limits)
    {
        writer.WriteStartObject();
        writer.WriteString(ConnectionLimitsNames.Profile, "none");
        WriteCounts(writer, nameof(limits.SubnetsIPv4), limits.SubnetsIPv4.Select(Entry));
        WriteCounts(writer, nameof(limits.SubnetsIPv6), limits.SubnetsIPv6.Select(Entry));
        WriteCounts(writer, nameof(limits.Networks), limits.Networks.Select(limit => (limit.Network.ToString(), limit.Connections)));
        WriteRates(writer, nameof(limits.RatesIPv4), limits.RatesIPv4.Select(Entry));
        WriteRates(writer, nameof(limits.RatesIPv6), limits.RatesIPv6.Select(Entry));
        WriteRates(writer, nameof(limits.NetworkRates), limits.NetworkRates.Select(rate => (rate.Network.ToString(), rate.Rate)));
        WriteRate(writer, nameof(limits.GlobalRate), limits.GlobalRate);
        writer.WriteBoolean(nameof(limits.ExemptLoopback), limits.ExemptLoopback);
        writer.WriteBoolean(nameof(limits.IncludeOutbound), limits.IncludeOutbound);
        writer.WriteEndObject();
    }

    private static (string Entry, long Connections) Entry(SubnetLimit limit) =>
        (ConnectionLimitsNames.OfLength(limit.PrefixLength), limit.Connections);

    private static (string Entry, ConnectionRate Rate) Entry(SubnetRate rate) => (ConnectionLimitsNames.OfLength(rate.PrefixLength), rate.Rate);

    private static void WriteCounts(Utf8JsonWriter writer, string section, IEnumerable<(string Entry, long Connections)> rules)
    {
        writer.WriteStartObject(section);
        foreach ((string entry, long connections) in rules)
            WriteCount(writer, entry, connections);
        writer.WriteEndObject();
    }

    private static void WriteRates(Utf8JsonWriter writer, string section, IEnumerable<(string Entry, ConnectionRate Rate)> rules)
    {
        writer.WriteStartObject(section);
        foreach ((string entry, ConnectionRate rate) in rules)
            WriteRate(writer, entry, rate);
        writer.WriteEndObject();
    }

    private static void WriteRate(Utf8JsonWriter writer, string name, ConnectionRate rate)
    {
        if (rate == ConnectionRate.Unlimited)
        {
            writer.WriteString(name, "unlimited");
            return;
        }

        writer.WriteStartObject(name);
        writer.WriteNumber(ConnectionLimitsNames.PerSecond, rate.PerSecond);
        WriteCount(writer, ConnectionLimitsNames.Burst, rate.Burst);
        writer.WriteEndObject();
    }

    private static void WriteCount(Utf8JsonWriter writer, string name, long count)
    {
        if (count == ResourceLimits.Unlimited)
            writer.WriteString(name, "unlimited");
        else
            writer.WriteNumber(name, count);
    }
}
