namespace Rcmgr.Tool.Soak;

/// <summary>What has to hold among the scopes of one snapshot, whatever has happened before it.</summary>
internal static class SnapshotCheck
{
    /// <returns>What does not hold; null when all does.</returns>
    public static string? FindFault(IReadOnlyList<ScopeReport> scopes)
    {
        foreach (ScopeReport scope in scopes)
        {
            if (HasNegative(scope.Use))
                return $"{scope.Name} is negative: {scope.Use}";
        }

        ScopeUsage roots = Sum(scopes, ScopeKind.System, ScopeKind.AllowlistedSystem);
        ScopeUsage transients = Sum(scopes, ScopeKind.Transient, ScopeKind.AllowlistedTransient);
        ScopeUsage peers = Sum(scopes, ScopeKind.Peer);
        ScopeUsage protocols = Sum(scopes, ScopeKind.Protocol);
        if (StreamsOf(roots) != StreamsOf(peers))
            return $"the streams of the roots, {roots}, are not those of the peers, {peers}";
        if (StreamsOf(roots) != StreamsOf(Add(protocols, transients)))
            return $"the streams of the roots, {roots}, are not those of the protocols, {protocols}, and the transient scopes, {transients}";
        if (ConnectionsOf(roots) != ConnectionsOf(Add(peers, transients)))
            return $"the connections of the roots, {roots}, are not those of the peers, {peers}, and the transient scopes, {transients}";
        if (roots.Memory < Math.Max(transients.Memory, Math.Max(peers.Memory, protocols.Memory)))
            return $"the roots hold less memory than is charged to them: {roots}";
        return FindFaultOfShares(scopes, ScopeKind.Protocol, ScopeKind.ProtocolPeer) ?? FindFaultOfShares(scopes, ScopeKind.Service, ScopeKind.ServicePeer);
    }

    public static bool IsWithin(in ScopeUsage use, ResourceLimits limits) =>
        use.StreamsInbound <= limits.StreamsInbound && use.StreamsOutbound <= limits.StreamsOutbound
        && use.StreamsInbound + use.StreamsOutbound <= limits.Streams
        && use.ConnectionsInbound <= limits.ConnectionsInbound && use.ConnectionsOutbound <= limits.ConnectionsOutbound
        && use.ConnectionsInbound + use.ConnectionsOutbound <= limits.Connections
        && use.FileDescriptors <= limits.FileDescriptors && use.Memory <= limits.Memory;

    private static string? FindFaultOfShares(IReadOnlyList<ScopeReport> scopes, ScopeKind groupKind, ScopeKind shareKind)
    {
        ScopeUsage groups = Sum(scopes, groupKind);
        ScopeUsage shares = Sum(scopes, shareKind);
        return groups with { Memory = 0 } == shares with { Memory = 0 } && groups.Memory >= shares.Memory
            ? null
            : $"the scopes of kind {groupKind} hold {groups}, the shares of single peers {shares}";
    }

    private static bool HasNegative(in ScopeUsage use) =>
        Math.Min(Math.Min(use.StreamsInbound, use.StreamsOutbound), Math.Min(use.ConnectionsInbound, use.ConnectionsOutbound)) < 0
        || use.FileDescriptors < 0 || use.Memory < 0;

    private static ScopeUsage Sum(IReadOnlyList<ScopeReport> scopes, params ReadOnlySpan<ScopeKind> kinds)
    {
        ScopeUsage sum = default;
        foreach (ScopeReport scope in scopes)
        {
            if (kinds.Contains(scope.Kind))
                sum = Add(sum, scope.Use);
        }

        return sum;
    }

    private static ScopeUsage Add(in ScopeUsage left, in ScopeUsage right) => new(
        left.StreamsInbound + right.StreamsInbound,
        left.StreamsOutbound + right.StreamsOutbound,
        left.ConnectionsInbound + right.ConnectionsInbound,
        left.ConnectionsOutbound + right.ConnectionsOutbound,
        left.FileDescriptors + right.FileDescriptors,
        left.Memory + right.Memory);

    private static (long Inbound, long Outbound) StreamsOf(in ScopeUsage use) => (use.StreamsInbound, use.StreamsOutbound);

    private static (long Inbound, long Outbound, long Descriptors) ConnectionsOf(in ScopeUsage use) =>
        (use.ConnectionsInbound, use.ConnectionsOutbound, use.FileDescriptors);
}
