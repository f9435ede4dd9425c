using System.Buffers;
using System.Collections.Frozen;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Configuration;

namespace Rcmgr.Hosting;

/// <summary>
/// Turns a section of the configuration, where every value is a string, back into the JSON form of limits, so that there is
/// one reader with one set of rules.
/// </summary>
internal static class ConfigurationLimits
{
    private static readonly FrozenSet<string> Maps =
        FrozenSet.Create(StringComparer.OrdinalIgnoreCase, "Service", "ServicePeer", "Protocol", "ProtocolPeer", "Peer");

    public static string ToJson(IConfigurationSection limits)
    {
        ArrayBufferWriter<byte> output = new();
        using (Utf8JsonWriter json = new(output))
            WriteObject(json, limits, isNamed: false, isScope: false);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    private static void WriteObject(Utf8JsonWriter json, IConfigurationSection section, bool isNamed, bool isScope)
    {
        json.WriteStartObject();
        foreach (IConfigurationSection child in section.GetChildren())
        {
            json.WritePropertyName(child.Key);
            bool isMap = !isNamed && !isScope && Maps.Contains(child.Key);

            // The configuration keeps nothing of an empty object but its name.
            if (child.GetChildren().Any() || (!isScope && string.IsNullOrEmpty(child.Value)))
                WriteObject(json, child, isNamed: isMap, isScope: !isMap);
            else
                WriteValue(json, child.Key, child.Value);
        }

        json.WriteEndObject();
    }

    private static void WriteValue(Utf8JsonWriter json, string key, string? value)
    {
        bool isNumber = long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number);
        if (value is null)
            json.WriteNullValue();
        else if (isNumber && !key.Equals("Memory", StringComparison.OrdinalIgnoreCase))
            json.WriteNumberValue(number);
        else
            json.WriteStringValue(value);
    }
}
