using System.Text.Json;
using Rcmgr.Tool.Conformance.Model;

namespace Rcmgr.Tool.Conformance;

/// <summary>How one op of a scenario ended, in the words of the recorded files.</summary>
/// <param name="Class">The class of the error; null for success.</param>
/// <param name="At">The name of the scope that refused; null where none is recorded.</param>
/// <param name="Detail">Current, attempted and limit, then the priority for memory.</param>
internal sealed record ScenarioOutcome(string? Class = null, string? At = null, string? Detail = null)
{
    /// <summary>An outcome of the reference model.</summary>
    public static ScenarioOutcome Of(ModelOutcome outcome) => new(outcome.Class, outcome.At, outcome.Detail);

    /// <summary>What is recorded for an op; <paramref name="expand"/> puts peer ids in the place of their numbers.</summary>
    public static ScenarioOutcome Read(JsonElement op, Func<string, string> expand) =>
        op.TryGetProperty("err", out JsonElement error)
            ? new(
                error.GetProperty("class").GetString(),
                CaseFile.Text(error, "at") is string at ? expand(at) : null,
                error.TryGetProperty("detail", out JsonElement detail) ? string.Join(", ", detail.EnumerateArray()) : null)
            : new();

    /// <summary>The first difference, or null. Numbers of connections and streams are for information only.</summary>
    public string? DifferenceFrom(ScenarioOutcome actual)
    {
        if (Class != actual.Class)
            return $"expected {Class ?? "ok"}, got {actual.Class ?? "ok"} at {actual.At}";
        if (Class is "negative" || Class is null)
            return null;
        if (At is not null && Kind(At) != Kind(actual.At))
            return $"expected {Class} at {At}, got it at {actual.At}";
        return Detail == actual.Detail ? null : $"expected detail [{Detail}], got [{actual.Detail}]";
    }

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
