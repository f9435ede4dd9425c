namespace Rcmgr;

/// <summary>
/// Collects what scopes would say of one operation. The operation ends with the first group of scopes that refuses; within a group, a
/// limit that somebody set is named before a counter that would wrap.
/// </summary>
internal sealed class Judgement
{
    private readonly List<ExplainedScope> _scopes = [];
    private Refusal _refusal;
    private bool _isImpossible;
    private bool _wasPossible;

    public bool IsAdmitted => _refusal.Reason == RefusalReason.None;

    public Explanation ToExplanation(bool usesAllowlist = false) =>
        new(_scopes, _refusal, usesAllowlist, !IsAdmitted && _isImpossible && !_wasPossible);

    /// <summary>Forgets the verdict, not the scopes: another way is tried.</summary>
    public void TryAgain()
    {
        _wasPossible = !_isImpossible;
        _isImpossible = false;
        _refusal = default;
    }

    public void Refuse(in Refusal refusal) => _refusal = refusal;

    /// <summary>Asks one group of scopes for what an operation adds to each.</summary>
    public void Ask(ReadOnlySpan<PeekedScope> group, in UsageVector delta, ChargeParts parts, byte priority = MemoryPriority.Always)
    {
        Refusal first = default;
        foreach (ref readonly PeekedScope scope in group)
        {
            Refusal refusal = Judge(scope, delta, parts, priority);
            List<ExplainedLimit> checks = Checks(scope, delta, parts, priority, refusal);
            _isImpossible |= checks.Any(static check => check.IsImpossible);
            _scopes.Add(new ExplainedScope(scope, checks, refusal));
            if (first.Reason == RefusalReason.None || (first.IsWrap && refusal.Reason != RefusalReason.None && !refusal.IsWrap))
                first = refusal;
        }

        if (IsAdmitted)
            _refusal = first;
    }

    private static Refusal Judge(in PeekedScope scope, in UsageVector delta, ChargeParts parts, byte priority)
    {
        ScopeKey key = scope.Key;
        if (scope.IsClosed)
            return Refusal.OfClosed(key.Kind, key.Subject, key.Peer);
        if (parts == ChargeParts.Memory)
        {
            return LimitCheck.AllowsMemory(scope.Limits, scope.Held.Memory, delta.Memory, priority)
                ? default
                : Refusal.OfLimit(key.Kind, key.Subject, key.Peer, LimitCheck.MemoryViolation(scope.Limits, scope.Held.Memory, delta.Memory, priority));
        }

        return LimitCheck.Allows(scope.Limits, scope.Held, delta, parts, out Violation violation)
            ? default
            : Refusal.OfLimit(key.Kind, key.Subject, key.Peer, violation);
    }

    /// <summary>The limits of what is added, and the one that refuses though nothing is added: a total above a lowered limit.</summary>
    private static List<ExplainedLimit> Checks(in PeekedScope scope, in UsageVector delta, ChargeParts parts, byte priority, in Refusal refusal)
    {
        ResourceLimits limits = scope.Limits;
        ScopeUsage use = scope.Held.ToUsage();
        ScopeUsage add = delta.ToUsage();
        List<ExplainedLimit> checks = [];
        if (parts == ChargeParts.Memory || add.Memory > 0)
            checks.Add(new(Resource.Memory, null, use.Memory, add.Memory, LimitCheck.MemoryThreshold(limits.Memory, priority)));
        Add(checks, Resource.Streams, Direction.Inbound, use.StreamsInbound, add.StreamsInbound, limits.StreamsInbound);
        Add(checks, Resource.Streams, Direction.Outbound, use.StreamsOutbound, add.StreamsOutbound, limits.StreamsOutbound);
        Add(checks, Resource.Streams, null, use.StreamsInbound + use.StreamsOutbound, add.StreamsInbound + add.StreamsOutbound, limits.Streams);
        Add(checks, Resource.Connections, Direction.Inbound, use.ConnectionsInbound, add.ConnectionsInbound, limits.ConnectionsInbound);
        Add(checks, Resource.Connections, Direction.Outbound, use.ConnectionsOutbound, add.ConnectionsOutbound, limits.ConnectionsOutbound);
        Add(
            checks, Resource.Connections, null,
            use.ConnectionsInbound + use.ConnectionsOutbound, add.ConnectionsInbound + add.ConnectionsOutbound, limits.Connections);
        Add(checks, Resource.FileDescriptors, null, use.FileDescriptors, add.FileDescriptors, limits.FileDescriptors);
        if (refusal.Reason == RefusalReason.Limit && refusal.Requested == 0 && parts != ChargeParts.Memory)
            checks.Add(new(refusal.Resource, refusal.Direction, refusal.Current, refusal.Requested, refusal.Allowed));
        return checks;
    }

    private static void Add(List<ExplainedLimit> checks, Resource resource, Direction? direction, long current, long requested, long limit)
    {
        if (requested > 0)
            checks.Add(new(resource, direction, current, requested, limit));
    }
}
