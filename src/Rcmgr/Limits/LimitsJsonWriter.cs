using System.Text.Json;

namespace Rcmgr;

/// <summary>Writes the JSON form of limits; the order of sections and fields is part of the format (specification §4.3).</summary>
internal static class LimitsJsonWriter
{
    public static void Write(Utf8JsonWriter writer, PartialResourceManagerLimits limits)
    {
        writer.WriteStartObject();
        foreach (LimitSection section in LimitSection.All)
        {
            if (section.IsMap)
                WriteMap(writer, section.Name, [.. limits.Named(section.Kind)]);
            else
                WriteSection(writer, section.Name, limits[section.Kind]);
        }

        writer.WriteEndObject();
    }

    private static void WriteMap(Utf8JsonWriter writer, string section, KeyValuePair<string, PartialLimits>[] entries)
    {
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
        foreach (LimitField field in LimitFields.All)
            WriteValue(writer, field, limits[field]);

        writer.WriteEndObject();
    }

    private static void WriteValue(Utf8JsonWriter writer, LimitField field, LimitValue value)
    {
        // Memory is a string, because readers that go through doubles lose bytes above 2^53.
        if (value.Number is long number && field != LimitField.Memory)
            writer.WriteNumber(field.Name(), number);
        else if (!value.IsDefault)
            writer.WriteString(field.Name(), value.ToString());
    }
}
