using System.Text.Json;

namespace Rcmgr.Tool.Conformance;

/// <summary>What the files of recorded cases have in common: header fields, then one array of cases.</summary>
internal static class CaseFile
{
    /// <summary>Whether the array <paramref name="array"/> of the file starts with a case that has all <paramref name="fields"/>.</summary>
    public static bool StartsWith(JsonElement root, string array, params ReadOnlySpan<string> fields)
    {
        if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty(array, out JsonElement cases))
            return false;
        if (cases.ValueKind != JsonValueKind.Array || cases.GetArrayLength() == 0)
            return false;

        JsonElement first = cases[0];
        if (first.ValueKind != JsonValueKind.Object)
            return false;

        foreach (string field in fields)
        {
            if (!first.TryGetProperty(field, out _))
                return false;
        }

        return true;
    }

    /// <summary>The cases of an array, or none if the file has no such array.</summary>
    public static IEnumerable<JsonElement> Cases(JsonElement root, string array) =>
        root.TryGetProperty(array, out JsonElement cases) ? cases.EnumerateArray() : [];

    /// <summary>The text of a field, or null if the case has no such field.</summary>
    public static string? Text(JsonElement item, string field) =>
        item.TryGetProperty(field, out JsonElement value) ? value.GetString() : null;
}
