namespace Rcmgr.Tool.Soak;

/// <summary>
/// Whether scopes stay within their limits. A limit may have been set below what a scope held: until it holds less than that, it must
/// not grow.
/// </summary>
internal sealed class GrowthCheck
{
    private readonly Dictionary<ScopeKey, ScopeUsage> _before = [];

    /// <summary>Takes what the scopes hold for granted: limits have changed since they were looked at.</summary>
    public void Rebase(IReadOnlyList<ScopeReport> scopes)
    {
        _before.Clear();
        foreach (ScopeReport scope in scopes)
            _before.Add(scope.Key, scope.Use);
    }

    /// <returns>A scope above its limits that was not so before; null when there is none.</returns>
    public string? FindFault(IReadOnlyList<ScopeReport> scopes)
    {
        foreach (ScopeReport scope in scopes)
        {
            ScopeUsage before = _before.GetValueOrDefault(scope.Key);
            if (!SnapshotCheck.IsWithin(scope.Use, Raise(scope.Limits, before)))
                return $"{scope.Name} exceeds its limits: it held {before} and holds {scope.Use} of {scope.Limits}";
        }

        Rebase(scopes);
        return null;
    }

    private static ResourceLimits Raise(ResourceLimits limits, in ScopeUsage held) => new(
        Math.Max(limits.Streams, held.StreamsInbound + held.StreamsOutbound),
        Math.Max(limits.StreamsInbound, held.StreamsInbound),
        Math.Max(limits.StreamsOutbound, held.StreamsOutbound),
        Math.Max(limits.Connections, held.ConnectionsInbound + held.ConnectionsOutbound),
        Math.Max(limits.ConnectionsInbound, held.ConnectionsInbound),
        Math.Max(limits.ConnectionsOutbound, held.ConnectionsOutbound),
        Math.Max(limits.FileDescriptors, held.FileDescriptors),
        Math.Max(limits.Memory, held.Memory));
}
