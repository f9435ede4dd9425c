using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Rcmgr.Tool.Conformance.Model;

namespace Rcmgr.Tool.Conformance;

/// <summary>
/// What every scope of a scenario is recorded to hold. Only changes are recorded, so the whole state is carried along, and
/// every scope is compared after every op: nothing may change that is not recorded to.
/// </summary>
internal sealed partial class ScenarioState(Lockstep lockstep, IReadOnlyList<PeerKey> peers)
{
    private readonly Dictionary<string, ScopeUsage> _expected = [];

    public static string Expand(string text, IReadOnlyList<PeerKey> peers) =>
        PeerReference().Replace(text, match => peers[int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture)].Text);

    /// <summary>Takes in the changes of an op and compares all scopes; the first difference, or null.</summary>
    /// <param name="op">The op.</param>
    /// <param name="excludes">Tells the handles that are not compared.</param>
    public string? Difference(JsonElement op, Func<string, bool> excludes)
    {
        Record(op);
        Dictionary<string, ScopeUsage> actual = lockstep.Usage();
        foreach ((string scope, ScopeUsage expected) in _expected)
        {
            ScopeUsage found = actual.GetValueOrDefault(scope);
            if (expected != found && !excludes(scope))
                return $"{scope}: expected {Text(expected)}, got {Text(found)}";
        }

        foreach ((string scope, ScopeUsage found) in actual)
        {
            if (!found.IsZero && !_expected.ContainsKey(scope) && !excludes(scope))
                return $"{scope}: expected nothing, got {Text(found)}";
        }

        return null;
    }

    /// <summary>A scope that is in use must be listed; one that nobody uses may be gone earlier than recorded.</summary>
    public string? ListDifference(JsonElement op)
    {
        if (!op.TryGetProperty("lists", out JsonElement lists))
            return null;
        HashSet<string> listed = [.. lockstep.Manager.TakeSnapshot().Scopes.Select(scope => scope.Name)];
        foreach ((string list, string prefix) in (ReadOnlySpan<(string, string)>)[("peers", "peer:"), ("protocols", "protocol:"), ("services", "service:")])
        {
            HashSet<string> recorded = [.. lists.GetProperty(list).EnumerateArray().Select(name => prefix + Expand(name.GetString()!, peers))];
            if (recorded.FirstOrDefault(name => !listed.Contains(name) && _expected.TryGetValue(name, out ScopeUsage use) && !use.IsZero) is string missing)
                return $"{missing} is in use but not listed";
        }

        return null;
    }

    private void Record(JsonElement op)
    {
        if (!op.TryGetProperty("d", out JsonElement changes))
            return;
        foreach (JsonProperty change in changes.EnumerateObject())
        {
            JsonElement use = change.Value;
            _expected[Expand(change.Name, peers)] = use.ValueKind == JsonValueKind.Null
                ? default
                : new(use[0].GetInt64(), use[1].GetInt64(), use[2].GetInt64(), use[3].GetInt64(), use[4].GetInt64(), use[5].GetInt64());
        }
    }

    private static string Text(ScopeUsage use) =>
        $"[{use.StreamsInbound}, {use.StreamsOutbound}, {use.ConnectionsInbound}, {use.ConnectionsOutbound}, {use.FileDescriptors}, {use.Memory}]";

    [GeneratedRegex("@([0-9]+)")]
    private static partial Regex PeerReference();
}
