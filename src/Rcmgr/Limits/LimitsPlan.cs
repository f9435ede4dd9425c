using System.Globalization;

namespace Rcmgr;

/// <summary>One number of a manager's limits that new limits change.</summary>
/// <param name="Key">Its key in the limits file, such as <c>PeerDefault.StreamsInbound</c> or <c>Peer["12D3KooW…"].Conns</c>.</param>
/// <param name="From">The limit before; <see cref="ResourceLimits.Unlimited"/> for none.</param>
/// <param name="To">The limit after; <see cref="ResourceLimits.Unlimited"/> for none.</param>
public sealed record LimitChange(string Key, long From, long To)
{
    /// <summary>Key and both numbers, in words.</summary>
    public override string ToString() => $"{Key}: {Text(From)} -> {Text(To)}";

    internal static string Text(long limit) =>
        limit == ResourceLimits.Unlimited ? "unlimited" : limit.ToString(CultureInfo.InvariantCulture);
}

/// <summary>
/// What new limits change, at the instant at which they were compared with the live scopes. Immutable.
/// </summary>
public sealed class LimitsPlan
{
    internal LimitsPlan(ResourceManagerLimits from, ResourceManagerLimits to, IReadOnlyList<OverLimit> over)
    {
        From = from;
        To = to;
        Changes = [.. FindChanges(from, to)];
        ScopesOver = over;
    }

    /// <summary>The limits before.</summary>
    public ResourceManagerLimits From { get; }

    /// <summary>The limits after.</summary>
    public ResourceManagerLimits To { get; }

    /// <summary>
    /// Every number that changes, classes and named entries. A name that only one side has is compared with its class on the
    /// other side.
    /// </summary>
    public IReadOnlyList<LimitChange> Changes { get; }

    /// <summary>
    /// The live scopes that hold more than the new limits allow, of those that many connections and streams are charged to.
    /// They keep what they hold and refuse until enough was released. Single connections and streams are not listed.
    /// </summary>
    public IReadOnlyList<OverLimit> ScopesOver { get; }

    /// <summary>Whether nothing changes.</summary>
    public bool IsEmpty => Changes.Count == 0;

    private static IEnumerable<LimitChange> FindChanges(ResourceManagerLimits from, ResourceManagerLimits to)
    {
        IEnumerable<(ScopeKind Kind, string? Name)> scopes = from.Entries().Concat(to.Entries())
            .Select(entry => (entry.Kind, entry.Name))
            .Distinct()
            .OrderBy(entry => entry.Kind)
            .ThenBy(entry => entry.Name, StringComparer.Ordinal);
        foreach ((ScopeKind kind, string? name) in scopes)
        {
            ResourceLimits before = from[kind, name];
            ResourceLimits after = to[kind, name];
            foreach (LimitField field in LimitFields.All)
            {
                if (before[field] != after[field])
                    yield return new LimitChange($"{LimitSection.Key(kind, name)}.{field.Name()}", before[field], after[field]);
            }
        }
    }
}
