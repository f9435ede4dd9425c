using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Rcmgr.Tool.Commands;

/// <summary>Prints where each number of the limits comes from.</summary>
internal static class LimitsExplanationWriter
{
    private static readonly JsonWriterOptions Indented = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static void Write(TextWriter output, LimitsExplanation explanation, bool json)
    {
        if (json)
            WriteJson(output, explanation);
        else
            WriteTable(output, explanation);
    }

    private static void WriteTable(TextWriter output, LimitsExplanation explanation)
    {
        LimitsTable.WriteHost(output, explanation.Scaled);
        ExplainedLimit[] limits = [.. explanation.Explain()];
        int keys = limits.Max(limit => limit.Key.Length);
        int values = limits.Max(limit => LimitChange.Text(limit.Value).Length);
        foreach (ExplainedLimit limit in limits)
            output.WriteLine($"{limit.Key.PadRight(keys)}  {LimitChange.Text(limit.Value).PadLeft(values)}  {limit.Reason}");
    }

    private static void WriteJson(TextWriter output, LimitsExplanation explanation)
    {
        AutoScaledLimits scaled = explanation.Scaled;
        using MemoryStream buffer = new();
        using (Utf8JsonWriter json = new(buffer, Indented))
        {
            json.WriteStartObject();
            WriteTotal(json, "memory", scaled.Capacity.Memory, scaled.Capacity.MemorySource, scaled.ScaledMemory);
            WriteTotal(
                json, "fileDescriptors", scaled.Capacity.FileDescriptors, scaled.Capacity.FileDescriptorsSource, scaled.ScaledFileDescriptors);
            json.WriteStartArray("limits");
            foreach (ExplainedLimit limit in explanation.Explain())
                WriteLimit(json, limit);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        output.WriteLine(Encoding.UTF8.GetString(buffer.ToArray()));
    }

    private static void WriteTotal(Utf8JsonWriter json, string name, long total, string source, long scaled)
    {
        json.WriteStartObject(name);
        json.WriteNumber("total", total);
        json.WriteString("source", source);
        json.WriteNumber("scaled", scaled);
        json.WriteEndObject();
    }

    private static void WriteLimit(Utf8JsonWriter json, ExplainedLimit limit)
    {
        json.WriteStartObject();
        json.WriteString("key", limit.Key);
        json.WriteNumber("value", limit.Value);
        json.WriteString("origin", limit.Origin);
        json.WriteString("reason", limit.Reason);
        json.WriteEndObject();
    }
}
