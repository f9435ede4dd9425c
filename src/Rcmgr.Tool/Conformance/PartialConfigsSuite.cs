using System.Globalization;
using System.Text.Json;

namespace Rcmgr.Tool.Conformance;

/// <summary>Limits files as users write them: read, built against defaults, merged, and written (specification §4.2 and §4.3).</summary>
internal sealed class PartialConfigsSuite : IConformanceSuite
{
    private static readonly LimitsReadOptions Options = new() { ParsePeer = RecordedPeers.TryParse, Lenient = true };

    /// <inheritdoc/>
    public bool Recognises(JsonElement root) => CaseFile.StartsWith(root, "cases", "input", "defaults");

    /// <inheritdoc/>
    public IEnumerable<CaseResult> Run(JsonElement root)
    {
        LimitVectors vectors = new(root);
        foreach (JsonElement item in CaseFile.Cases(root, "cases"))
            yield return CaseResult.Of($"{CaseFile.Text(item, "name")} over {CaseFile.Text(item, "defaults")}", () => BuildDifference(vectors, item));

        foreach (JsonElement item in CaseFile.Cases(root, "apply"))
            yield return CaseResult.Of($"apply: {CaseFile.Text(item, "name")}", () => ApplyDifference(item));
    }

    private static string? BuildDifference(LimitVectors vectors, JsonElement item)
    {
        string? expectedError = CaseFile.Text(item, "errorClass");
        PartialResourceManagerLimits partial;
        try
        {
            partial = LimitsJson.Read(item.GetProperty("input").GetString()!, Options);
        }
        catch (LimitsFormatException e)
        {
            return ErrorDifference(expectedError, e);
        }

        if (expectedError is not null)
            return $"expected the error {expectedError}, got none";

        ResourceManagerLimits built = partial.Build(Defaults(item.GetProperty("defaults").GetString()!));
        return Difference.Between(vectors.ReadAll(item.GetProperty("limits"), RecordedPeers.Parse), built)
            ?? WrittenDifference(item, "concreteJson", PartialResourceManagerLimits.FromConcrete(built))
            ?? WrittenDifference(item, "partialJson", partial);
    }

    private static string? ErrorDifference(string? expected, LimitsFormatException actual)
    {
        string? actualClass = actual.Error switch
        {
            LimitsFormatError.Syntax => "syntax",
            LimitsFormatError.Type => "type",
            LimitsFormatError.Range => "range",
            LimitsFormatError.PeerId => "peer_id",
            // Documented: null is always an error here. What is recorded makes it now a value, now nothing, now an error.
            LimitsFormatError.Null => expected is null or "type" ? expected : "null",
            _ => actual.Error.ToString(),
        };
        return actualClass == expected ? null : $"expected {expected ?? "no"} error, got {actualClass}: {actual.Message}";
    }

    private static string? WrittenDifference(JsonElement item, string field, PartialResourceManagerLimits limits) =>
        CaseFile.Text(item, field) is string expected
            ? Difference.BetweenTexts(field, expected, LimitsJson.ToText(limits))
            : null;

    private static string? ApplyDifference(JsonElement item)
    {
        PartialResourceManagerLimits applied = ReadMember(item, "a").Apply(ReadMember(item, "b"));
        return Difference.BetweenTexts("result", item.GetProperty("result").GetRawText(), LimitsJson.ToText(applied));
    }

    private static PartialResourceManagerLimits ReadMember(JsonElement item, string field) =>
        LimitsJson.Read(item.GetProperty(field).GetRawText(), Options);

    /// <summary>Base limits by their recorded name, such as <c>default+services@4GiB,1024</c>.</summary>
    private static ResourceManagerLimits Defaults(string name)
    {
        if (name == "infinite")
            return ResourceManagerLimits.Infinite;
        if (name.Split('@', ',') is not [string config, string size, string descriptors] || !size.EndsWith("GiB", StringComparison.Ordinal))
            throw new FormatException($"unknown defaults: {name}");

        ScalingLimits scaling = config switch
        {
            "default" => ScalingLimits.Default,
            "default+services" => ScalingLimits.DefaultWithServices,
            _ => throw new FormatException($"unknown defaults: {name}"),
        };
        long memory = long.Parse(size.AsSpan(..^3), CultureInfo.InvariantCulture) << 30;
        return scaling.Scale(memory, long.Parse(descriptors, CultureInfo.InvariantCulture));
    }
}
