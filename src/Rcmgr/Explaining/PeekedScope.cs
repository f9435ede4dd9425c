namespace Rcmgr;

/// <summary>What a scope held at one instant; one that did not exist held nothing and has the limits that it would get.</summary>
internal readonly record struct PeekedScope(ScopeKey Key, UsageVector Held, ResourceLimits Limits, bool IsClosed)
{
    public static PeekedScope Of(ResourceScope scope, in UsageVector held, bool isClosed) =>
        new(new ScopeKey(scope.Kind, scope.NameSubject, scope.NamePeer), held, scope.CurrentLimits, isClosed);
}
