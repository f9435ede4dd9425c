using System.Text.Json;

namespace Rcmgr.Tool.Conformance;

/// <summary>
/// Histories of a whole manager: opens, transitions, memory, spans, collections and replaced limits (specification §1 to §3).
/// Result class, refusing scope, numbers and every scope's use must agree after every op.
/// </summary>
internal sealed class ScenarioSuite : IConformanceSuite
{
    /// <inheritdoc/>
    public bool Recognises(JsonElement root) => CaseFile.StartsWith(root, "scenarios", "peers", "limits", "ops");

    /// <inheritdoc/>
    public IEnumerable<CaseResult> Run(JsonElement root)
    {
        LimitVectors vectors = new(root);
        foreach (JsonElement scenario in CaseFile.Cases(root, "scenarios"))
            yield return CaseResult.Of($"scenario {scenario.GetProperty("id")} ({CaseFile.Text(scenario, "profile")})", () => FirstDifference(vectors, scenario));
    }

    private static string? FirstDifference(LimitVectors vectors, JsonElement scenario)
    {
        ScenarioReplay replay = new(vectors, scenario);
        int number = 0;
        foreach (JsonElement op in scenario.GetProperty("ops").EnumerateArray())
        {
            number++;
            if (replay.Step(op) is string difference)
                return $"op {number} {op.GetRawText()}: {difference}";
        }

        return null;
    }
}
