using System.Buffers;
using System.Text.Json;

namespace Rcmgr.Tool.Admin;

/// <summary>The JSON form of an <see cref="AdminReport"/>. A number without a limit is 2^63 - 1, written as a JSON number.</summary>
internal static class AdminJson
{
    public static byte[] Write(AdminReport report)
    {
        ArrayBufferWriter<byte> output = new();
        using (Utf8JsonWriter json = new(output))
            Write(json, report);
        return output.WrittenSpan.ToArray();
    }

    /// <summary>Writes use as the object named <paramref name="name"/>.</summary>
    public static void WriteUse(Utf8JsonWriter json, string name, ScopeUsage use)
    {
        json.WriteStartObject(name);
        json.WriteNumber("streamsInbound", use.StreamsInbound);
        json.WriteNumber("streamsOutbound", use.StreamsOutbound);
        json.WriteNumber("connsInbound", use.ConnectionsInbound);
        json.WriteNumber("connsOutbound", use.ConnectionsOutbound);
        json.WriteNumber("fd", use.FileDescriptors);
        json.WriteNumber("memory", use.Memory);
        json.WriteEndObject();
    }

    /// <summary>Writes the fields of one count of refusals into the object that is open.</summary>
    public static void WriteRefusal(Utf8JsonWriter json, RefusalCount refusal)
    {
        json.WriteString("scope", AdminNames.Of(refusal.Scope));
        json.WriteString("resource", AdminNames.Of(refusal.Resource));
        json.WriteString("direction", AdminNames.Of(refusal.Direction));
        json.WriteString("reason", AdminNames.Of(refusal.Reason));
        json.WriteNumber("count", refusal.Count);
    }

    private static void Write(Utf8JsonWriter json, AdminReport report)
    {
        json.WriteStartObject();
        json.WriteStartArray("scopes");
        foreach (AdminScope scope in report.Scopes)
            WriteScope(json, scope);
        json.WriteEndArray();

        json.WriteStartArray("refusals");
        foreach (RefusalCount refusal in report.Refusals)
        {
            json.WriteStartObject();
            WriteRefusal(json, refusal);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartObject("process");
        json.WriteNumber("residentBytes", report.Process.ResidentBytes);
        json.WriteNumber("managedBytes", report.Process.ManagedBytes);
        json.WriteNumber("openFds", report.Process.OpenFileDescriptors);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteScope(Utf8JsonWriter json, AdminScope scope)
    {
        json.WriteStartObject();
        json.WriteString("kind", AdminNames.Of(scope.Kind));
        json.WriteString("name", scope.Name);
        WriteUse(json, "use", scope.Use);
        ResourceLimits limits = scope.Limits;
        json.WriteStartObject("limit");
        json.WriteNumber("streams", limits.Streams);
        json.WriteNumber("streamsInbound", limits.StreamsInbound);
        json.WriteNumber("streamsOutbound", limits.StreamsOutbound);
        json.WriteNumber("conns", limits.Connections);
        json.WriteNumber("connsInbound", limits.ConnectionsInbound);
        json.WriteNumber("connsOutbound", limits.ConnectionsOutbound);
        json.WriteNumber("fd", limits.FileDescriptors);
        json.WriteNumber("memory", limits.Memory);
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
