using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Configuration;

namespace Rcmgr.Hosting;

/// <summary>
/// Turns a section of the configuration, where every value is a string and IPv6 networks are split at their colons, back into the JSON
/// form of limits by address, so that there is one reader with one set of rules.
/// </summary>
internal static class ConfigurationConnectionLimits
{
    public static string ToJson(IConfigurationSection limits)
    {
        ArrayBufferWriter<byte> output = new();
        using (Utf8JsonWriter json = new(output))
        {
            json.WriteStartObject();
            foreach (IConfigurationSection member in limits.GetChildren())
            {
                json.WritePropertyName(member.Key);
                WriteMember(json, member);
            }

            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    private static void WriteMember(Utf8JsonWriter json, IConfigurationSection member)
    {
        KeyValuePair<string, string?>[] leaves = Leaves(member);
        if (leaves.Length > 0)
            WriteEntries(json, leaves);
        else if (member.Value is "")
            WriteEmpty(json);
        else
            WriteValue(json, member.Value);
    }

    // The configuration keeps nothing of an empty object but its name.
    private static void WriteEmpty(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteEndObject();
    }

    private static void WriteEntries(Utf8JsonWriter json, KeyValuePair<string, string?>[] leaves)
    {
        json.WriteStartObject();
        IEnumerable<IGrouping<string, Leaf>> entries = leaves.Select(Split).GroupBy(leaf => leaf.Entry, StringComparer.OrdinalIgnoreCase);
        foreach (IGrouping<string, Leaf> entry in entries)
        {
            json.WritePropertyName(entry.Key);
            if (entry.All(leaf => leaf.Field is null))
                WriteValue(json, entry.First().Value);
            else
                WriteFields(json, entry);
        }

        json.WriteEndObject();
    }

    private static void WriteFields(Utf8JsonWriter json, IEnumerable<Leaf> fields)
    {
        json.WriteStartObject();
        foreach ((string _, string? field, string? value) in fields)
        {
            json.WritePropertyName(field ?? "");
            WriteValue(json, value);
        }

        json.WriteEndObject();
    }

    /// <summary>A field of a rate follows the last colon of its path. What follows it in a network has a slash.</summary>
    private static Leaf Split(KeyValuePair<string, string?> leaf)
    {
        int colon = leaf.Key.LastIndexOf(':');
        return colon < 0 || leaf.Key.AsSpan(colon).Contains('/')
            ? new Leaf(leaf.Key, null, leaf.Value)
            : new Leaf(leaf.Key[..colon], leaf.Key[(colon + 1)..], leaf.Value);
    }

    private static KeyValuePair<string, string?>[] Leaves(IConfigurationSection member)
    {
        KeyValuePair<string, string?>[] all = [.. member.AsEnumerable(makePathsRelative: true).Where(pair => pair.Key.Length > 0)];
        HashSet<string> parents = [.. all.Select(pair => pair.Key).Where(key => key.Contains(':')).Select(key => key[..key.LastIndexOf(':')])];
        return [.. all.Where(pair => !parents.Contains(pair.Key)).OrderBy(pair => pair.Key, StringComparer.Ordinal)];
    }

    private static void WriteValue(Utf8JsonWriter json, string? value)
    {
        if (value is null)
            json.WriteNullValue();
        else if (bool.TryParse(value, out bool flag))
            json.WriteBooleanValue(flag);
        else if (long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long whole))
            json.WriteNumberValue(whole);
        else if (double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && double.IsFinite(number))
            json.WriteNumberValue(number);
        else
            json.WriteStringValue(value);
    }

    /// <summary>A value, with the rule that it belongs to and, of a rate, which part of it.</summary>
    private readonly record struct Leaf(string Entry, string? Field, string? Value);
}
