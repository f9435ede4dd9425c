using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Rcmgr.Tool.Commands;

/// <summary>An explanation for people: one line for each limit, then the verdict.</summary>
internal static class ExplainTable
{
    private static readonly string[] Header = ["scope", "resource", "in use", "asked", "allowed", "full", ""];

    public static string Format(JsonElement explanation)
    {
        List<string[]> rows = [Header, .. explanation.GetProperty("scopes").EnumerateArray().SelectMany(Rows)];
        int[] widths = [.. Header.Select((_, column) => rows.Max(row => row[column].Length))];
        StringBuilder text = new();
        foreach (string[] row in rows)
            text.AppendLine(string.Join("  ", row.Select((cell, column) => column < 2 ? cell.PadRight(widths[column]) : cell.PadLeft(widths[column]))).TrimEnd());
        text.AppendLine();
        return text.Append(explanation.GetProperty("refusal").GetString() ?? Admitted(explanation)).ToString();
    }

    private static string Admitted(JsonElement explanation) =>
        explanation.GetProperty("usesAllowlist").GetBoolean() ? "would be admitted through the allowlist" : "would be admitted";

    private static IEnumerable<string[]> Rows(JsonElement scope) =>
        scope.GetProperty("checks").EnumerateArray().Select(check => new[]
        {
            scope.GetProperty("name").GetString() ?? "",
            $"{check.GetProperty("resource").GetString()} {check.GetProperty("direction").GetString()}".TrimEnd(),
            Number(check, "current"),
            Number(check, "requested"),
            check.GetProperty("allowed").GetInt64() == ResourceLimits.Unlimited ? "unlimited" : Number(check, "allowed"),
            string.Create(CultureInfo.InvariantCulture, $"{check.GetProperty("percentFull").GetDouble():0.#} %"),
            scope.GetProperty("refuses").GetBoolean() ? "refuses" : "",
        });

    private static string Number(JsonElement check, string name) => check.GetProperty(name).GetInt64().ToString(CultureInfo.InvariantCulture);
}
