using System.Text.Json;

namespace Rcmgr.Tool.Conformance;

/// <summary>How one op of a scenario ended, in the words of the recorded files.</summary>
/// <param name="Class">The class of the error; null for success.</param>
/// <param name="At">The name of the scope that refused; null where none is recorded.</param>
/// <param name="Detail">Current, attempted and limit, then the priority for memory.</param>
internal sealed record ScenarioOutcome(string? Class = null, string? At = null, long[]? Detail = null)
{
    public static readonly ScenarioOutcome Ok = new();

    public static readonly ScenarioOutcome Negative = new("negative");

    /// <summary>The outcome of a refusal. A transition to a state that was already reached differs from one that came too early.</summary>
    public static ScenarioOutcome Of(in Refusal refusal, bool isAttached) => refusal.Reason switch
    {
        RefusalReason.ScopeClosed => new("scope_closed", refusal.ScopeName),
        RefusalReason.WrongState => new(isAttached ? "already_attached" : "not_attached"),
        _ => new("resource_limit_exceeded", refusal.ScopeName, Numbers(refusal)),
    };

    /// <summary>What is recorded for an op; <paramref name="expand"/> puts peer ids in the place of their numbers.</summary>
    public static ScenarioOutcome Read(JsonElement op, Func<string, string> expand) =>
        op.TryGetProperty("err", out JsonElement error)
            ? new(
                error.GetProperty("class").GetString(),
                CaseFile.Text(error, "at") is string at ? expand(at) : null,
                error.TryGetProperty("detail", out JsonElement detail) ? [.. detail.EnumerateArray().Select(number => number.GetInt64())] : null)
            : Ok;

    /// <summary>The first difference, or null. Numbers of connections and streams are for information only.</summary>
    public string? DifferenceFrom(ScenarioOutcome actual)
    {
        if (Class != actual.Class)
            return $"expected {Class ?? "ok"}, got {actual.Class ?? "ok"} at {actual.At}";
        if (Class is "negative" || Class is null)
            return null;
        if (Kind(At) != Kind(actual.At))
            return $"expected {Class} at {At}, got it at {actual.At}";
        string expectedDetail = string.Join(", ", Detail ?? []);
        string actualDetail = string.Join(", ", actual.Detail ?? []);
        return expectedDetail == actualDetail ? null : $"expected detail [{expectedDetail}], got [{actualDetail}]";
    }

    private static long[] Numbers(in Refusal refusal) => refusal.Resource == Resource.Memory
        ? [refusal.Current, refusal.Requested, refusal.Limit, refusal.Priority]
        : [refusal.Current, refusal.Requested, refusal.Limit];

    private static string? Kind(string? name)
    {
        if (name is null)
            return null;
        foreach (string prefix in (ReadOnlySpan<string>)["conn", "stream"])
        {
            if (name == prefix)
                return prefix;
            if (name.StartsWith(prefix + "-", StringComparison.Ordinal))
            {
                int end = name.IndexOf('.', StringComparison.Ordinal);
                return end < 0 ? prefix : prefix + name[end..];
            }
        }

        return name;
    }
}
