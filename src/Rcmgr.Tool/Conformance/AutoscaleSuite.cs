using System.Text.Json;

namespace Rcmgr.Tool.Conformance;

/// <summary>Limits scaled to hosts of many sizes: the numbers and their JSON form (specification §4.4 to §4.6).</summary>
internal sealed class AutoscaleSuite : IConformanceSuite
{
    /// <inheritdoc/>
    public bool Recognises(JsonElement root) => CaseFile.StartsWith(root, "cases", "config", "memory", "fd", "limits");

    /// <inheritdoc/>
    public IEnumerable<CaseResult> Run(JsonElement root)
    {
        LimitVectors vectors = new(root);
        foreach (JsonElement item in CaseFile.Cases(root, "cases"))
        {
            string name = $"{item.GetProperty("config")}, memory {item.GetProperty("memory")}, fd {item.GetProperty("fd")}";
            yield return CaseResult.Of(name, () => FirstDifference(vectors, item));
        }
    }

    private static string? FirstDifference(LimitVectors vectors, JsonElement item)
    {
        JsonElement recorded = item.GetProperty("limits");
        ResourceManagerLimits expected = vectors.ReadAll(recorded, RecordedPeers.Parse);
        ScalingLimits scaling = item.GetProperty("config").GetString() switch
        {
            "default" => ScalingLimits.Default,
            "default+services" => ScalingLimits.DefaultWithServices,
            _ => ScalingConfig.Read(item.GetProperty("scalingConfig"), expected.Peer.Keys),
        };
        ResourceManagerLimits actual = scaling.Scale(item.GetProperty("memory").GetInt64(), item.GetProperty("fd").GetInt64());
        return Difference.Between(expected, actual) ?? JsonDifference(item, actual);
    }

    private static string? JsonDifference(JsonElement item, ResourceManagerLimits actual)
    {
        if (!item.TryGetProperty("json", out JsonElement expected))
            return null;

        using JsonDocument written = JsonDocument.Parse(LimitsJson.ToText(PartialResourceManagerLimits.FromConcrete(actual)));
        return Difference.BetweenValues("json", expected, written.RootElement);
    }
}
