namespace Rcmgr.Tool.Admin;

/// <summary>One scope in an <see cref="AdminReport"/>.</summary>
internal sealed record AdminScope(ScopeKind Kind, string Name, ScopeUsage Use, ResourceLimits Limits);

/// <summary>What a node says about itself: every scope, every count of refusals, and the process as the system sees it.</summary>
internal sealed record AdminReport(IReadOnlyList<AdminScope> Scopes, IReadOnlyList<RefusalCount> Refusals, ProcessUse Process)
{
    public static AdminReport Of(ResourceManager manager) => new(
        [.. manager.TakeSnapshot().Scopes.Select(scope => new AdminScope(scope.Kind, scope.Name, scope.Use, scope.Limits))],
        manager.GetRefusalCounts(),
        ProcessUse.Measure());

    /// <summary>The scope of a kind that exists once; null when the report lacks it.</summary>
    public AdminScope? Find(ScopeKind kind) => Scopes.FirstOrDefault(scope => scope.Kind == kind);
}
