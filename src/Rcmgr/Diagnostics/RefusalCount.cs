namespace Rcmgr;

/// <summary>How often operations were refused in one way since the manager was created.</summary>
/// <param name="Scope">The class of the scopes that refused.</param>
/// <param name="Resource">The resource whose limit was met; meaningful for limits and rates.</param>
/// <param name="Direction">The direction whose limit was met; null for totals and for what has no direction.</param>
/// <param name="Reason">Why the operations were refused.</param>
/// <param name="Count">Refused operations, each counted once.</param>
public readonly record struct RefusalCount(ScopeKind Scope, Resource Resource, Direction? Direction, RefusalReason Reason, long Count);
