using System.Text.Json;

namespace Rcmgr.Tool.Conformance;

/// <summary>
/// Ops whose recorded behaviour we document to do otherwise. They are held to what we promise instead:
/// a closed connection or stream refuses every transition with scope-closed; an allowlisted connection that cannot move to
/// the normal scopes is closed; a counter never wraps; a negative size is an argument error.
/// </summary>
internal sealed class ScenarioQuirk
{
    private readonly string? _name;
    private readonly string? _handle;
    private readonly bool _isTransition;
    private readonly bool _isNegative;
    private readonly HashSet<string> _closed;

    private ScenarioQuirk(JsonElement op, HashSet<string> closed)
    {
        _name = CaseFile.Text(op, "quirk");
        _handle = CaseFile.Text(op, "on");
        _isTransition = CaseFile.Text(op, "op") is "setPeer" or "setProtocol" or "setService";
        _isNegative = op.TryGetProperty("size", out JsonElement size) && size.GetInt64() < 0;
        _closed = closed;
        if (CaseFile.Text(op, "op") == "done")
            closed.Add(_handle!);
    }

    /// <summary>Whether the recorded state goes wrong with this op, so that nothing recorded after it can be compared.</summary>
    public bool EndsComparison => _name is "over_release" or "negative_release" or "memory_wrap";

    /// <summary>Reads an op; <paramref name="closed"/> is carried along and names the handles that are closed for us.</summary>
    public static ScenarioQuirk Read(JsonElement op, HashSet<string> closed) => new(op, closed);

    public string? OutcomeDifference(ScenarioOutcome recorded, ScenarioOutcome actual)
    {
        if (_isNegative)
            return actual.Class == "negative" ? null : $"expected negative, got {actual.Class ?? "ok"}";
        if (_name == "memory_wrap")
            return actual.Class == "resource_limit_exceeded" ? null : $"expected resource_limit_exceeded, got {actual.Class ?? "ok"}";

        string? difference = _handle is not null && _closed.Contains(_handle)
            ? ClosedDifference(recorded, actual)
            : recorded.DifferenceFrom(actual);
        if (_name == "failed_transfer")
            _closed.Add(_handle!);
        return difference;
    }

    /// <summary>On a closed scope, releases and disposal do nothing; everything else is refused with scope-closed.</summary>
    private string? ClosedDifference(ScenarioOutcome recorded, ScenarioOutcome actual)
    {
        if (!_isTransition && recorded.Class is null && actual.Class is null)
            return null;
        return actual.Class == "scope_closed" ? null : $"expected scope_closed, got {actual.Class ?? "ok"}";
    }
}
