using System.Text.Json;

namespace Rcmgr.Tool.Admin;

/// <summary>Reads what <see cref="AdminJson"/> writes.</summary>
internal static class AdminJsonReader
{
    /// <exception cref="FormatException">The text is no report.</exception>
    public static AdminReport Read(ReadOnlyMemory<byte> utf8Json)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(utf8Json);
            JsonElement root = document.RootElement;
            return new AdminReport(
                [.. root.GetProperty("scopes").EnumerateArray().Select(Scope)],
                [.. root.GetProperty("refusals").EnumerateArray().Select(Refusal)],
                Process(root.GetProperty("process")));
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new FormatException("The admin endpoint's answer is not a report.", e);
        }
    }

    public static ScopeUsage Use(JsonElement use) => new(
        Number(use, "streamsInbound"), Number(use, "streamsOutbound"),
        Number(use, "connsInbound"), Number(use, "connsOutbound"),
        Number(use, "fd"), Number(use, "memory"));

    private static AdminScope Scope(JsonElement scope) => new(
        AdminNames.ParseKind(Text(scope, "kind")),
        Text(scope, "name"),
        Use(scope.GetProperty("use")),
        Limits(scope.GetProperty("limit")));

    private static ResourceLimits Limits(JsonElement limit) => new(
        Number(limit, "streams"), Number(limit, "streamsInbound"), Number(limit, "streamsOutbound"),
        Number(limit, "conns"), Number(limit, "connsInbound"), Number(limit, "connsOutbound"),
        Number(limit, "fd"), Number(limit, "memory"));

    private static RefusalCount Refusal(JsonElement refusal) => new(
        AdminNames.ParseKind(Text(refusal, "scope")),
        AdminNames.ParseResource(Text(refusal, "resource")),
        AdminNames.ParseDirection(Text(refusal, "direction")),
        AdminNames.ParseReason(Text(refusal, "reason")),
        Number(refusal, "count"));

    private static ProcessUse Process(JsonElement process) =>
        new(Number(process, "residentBytes"), Number(process, "managedBytes"), Number(process, "openFds"));

    private static long Number(JsonElement parent, string name) => parent.GetProperty(name).GetInt64();

    private static string Text(JsonElement parent, string name) => parent.GetProperty(name).GetString() ?? "";
}
