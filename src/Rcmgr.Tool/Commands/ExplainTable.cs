using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Rcmgr.Tool.Commands;

/// <summary>An explanation for people: one line for each limit, those by address first, then the verdict.</summary>
internal static class ExplainTable
{
    private static readonly string[] Header = ["scope", "resource", "in use", "asked", "allowed", "full", "", ""];

    public static string Format(JsonElement explanation)
    {
        List<string[]> rows =
        [
            Header,
            .. explanation.GetProperty("addresses").EnumerateArray().Select(AddressRow),
            .. explanation.GetProperty("scopes").EnumerateArray().SelectMany(ScopeRows),
        ];
        int[] widths = [.. Header.Select((_, column) => rows.Max(row => row[column].Length))];
        StringBuilder text = new();
        foreach (string[] row in rows)
            text.AppendLine(string.Join("  ", row.Select((cell, column) => column < 2 ? cell.PadRight(widths[column]) : cell.PadLeft(widths[column]))).TrimEnd());
        text.AppendLine();
        if (Exemption(explanation) is { } exemption)
            text.AppendLine(exemption);
        return text.Append(explanation.GetProperty("refusal").GetString() ?? Admitted(explanation)).ToString();
    }

    private static string Admitted(JsonElement explanation) =>
        explanation.GetProperty("usesAllowlist").GetBoolean() ? "would be admitted through the allowlist" : "would be admitted";

    private static string? Exemption(JsonElement explanation) => explanation.GetProperty("addressExemption").GetString() switch
    {
        "outbound" => "limits by address do not concern connections that the node opens",
        "loopback" => "loopback is exempt from limits by address",
        "allowlisted" => "the address is on the allowlist and exempt from limits by address",
        _ => null,
    };

    private static string[] AddressRow(JsonElement limit) =>
        Row(limit, limit, limit.GetProperty("reason").GetString() == "connectionRate" ? "rate" : "conns", Next(limit));

    private static IEnumerable<string[]> ScopeRows(JsonElement scope) => scope.GetProperty("checks").EnumerateArray().Select(
        check => Row(scope, check, $"{check.GetProperty("resource").GetString()} {check.GetProperty("direction").GetString()}".TrimEnd(), ""));

    private static string[] Row(JsonElement asked, JsonElement check, string resource, string remark) =>
    [
        asked.GetProperty("name").GetString() ?? "",
        resource,
        Number(check, "current"),
        Number(check, "requested"),
        check.GetProperty("allowed").GetInt64() == ResourceLimits.Unlimited ? "unlimited" : Number(check, "allowed"),
        string.Create(CultureInfo.InvariantCulture, $"{check.GetProperty("percentFull").GetDouble():0.#} %"),
        asked.GetProperty("refuses").GetBoolean() ? "refuses" : "",
        remark,
    ];

    private static string Next(JsonElement limit) => limit.GetProperty("nextInSeconds") is { ValueKind: JsonValueKind.Number } next
        ? string.Create(CultureInfo.InvariantCulture, $"next in {next.GetDouble():0.###} s")
        : "";

    private static string Number(JsonElement check, string name) => check.GetProperty(name).GetInt64().ToString(CultureInfo.InvariantCulture);
}
