using System.Buffers;
using System.Text.Json;

namespace Rcmgr.Tool.Admin;

/// <summary>The JSON form of an <see cref="Explanation"/>. A number without a limit is 2^63 - 1, written as a JSON number.</summary>
internal static class ExplanationJson
{
    public static byte[] Write(Explanation explanation)
    {
        ArrayBufferWriter<byte> output = new();
        using (Utf8JsonWriter json = new(output))
            Write(json, explanation);
        return output.WrittenSpan.ToArray();
    }

    private static void Write(Utf8JsonWriter json, Explanation explanation)
    {
        json.WriteStartObject();
        json.WriteBoolean("admitted", explanation.IsAdmitted);
        json.WriteBoolean("impossible", explanation.IsImpossible);
        json.WriteBoolean("usesAllowlist", explanation.UsesAllowlist);
        WriteRefusal(json, explanation.Refusal);
        json.WriteString("addressExemption", AdminNames.Of(explanation.AddressExemption));
        json.WriteStartArray("addresses");
        foreach (ExplainedAddressLimit limit in explanation.Addresses)
            WriteAddress(json, limit);
        json.WriteEndArray();
        json.WriteStartArray("scopes");
        foreach (ExplainedScope scope in explanation.Scopes)
            WriteScope(json, scope);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteAddress(Utf8JsonWriter json, ExplainedAddressLimit limit)
    {
        json.WriteStartObject();
        json.WriteString("reason", AdminNames.Of(limit.Reason));
        json.WriteString("name", limit.Name);
        json.WriteString("key", limit.ConfigurationKey);
        json.WriteBoolean("refuses", limit.Refuses);
        WriteRefusal(json, limit.Refusal);
        json.WriteNumber("current", limit.Current);
        json.WriteNumber("requested", 1);
        json.WriteNumber("allowed", limit.Limit);
        json.WriteNumber("percentFull", Math.Round(limit.PercentFull, 1));
        json.WriteNumber("perSecond", limit.PerSecond);
        WriteNext(json, limit.NextIn);
        json.WriteEndObject();
    }

    // A number only when there is a time: a bucket that is full misses no token, one without burst never gets one.
    private static void WriteNext(Utf8JsonWriter json, TimeSpan? next)
    {
        if (next is { } wait && wait < TimeSpan.MaxValue)
            json.WriteNumber("nextInSeconds", wait.TotalSeconds);
        else
            json.WriteNull("nextInSeconds");
    }

    private static void WriteScope(Utf8JsonWriter json, ExplainedScope scope)
    {
        json.WriteStartObject();
        json.WriteString("kind", AdminNames.Of(scope.Kind));
        json.WriteString("name", scope.Name);
        json.WriteBoolean("refuses", scope.Refuses);
        WriteRefusal(json, scope.Refusal);
        AdminJson.WriteUse(json, "use", scope.Use);
        json.WriteStartArray("checks");
        foreach (ExplainedLimit check in scope.Checks)
        {
            json.WriteStartObject();
            json.WriteString("resource", AdminNames.Of(check.Resource));
            json.WriteString("direction", AdminNames.Of(check.Direction));
            json.WriteNumber("current", check.Current);
            json.WriteNumber("requested", check.Requested);
            json.WriteNumber("allowed", check.Allowed);
            json.WriteNumber("percentFull", Math.Round(check.PercentFull, 1));
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteRefusal(Utf8JsonWriter json, in Refusal refusal)
    {
        if (refusal.Reason == RefusalReason.None)
            json.WriteNull("refusal");
        else
            json.WriteString("refusal", refusal.ToString());
    }
}
