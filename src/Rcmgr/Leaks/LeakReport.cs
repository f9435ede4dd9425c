namespace Rcmgr;

/// <summary>What <see cref="ResourceManager.FindLeaks"/> has found.</summary>
/// <param name="Scopes">Open scopes, the oldest first.</param>
/// <param name="NotTracked">
/// Scopes that were opened while <see cref="LeakTrackingOptions.MaxScopes"/> others were tracked, so far: of these nothing is known.
/// </param>
public sealed record LeakReport(IReadOnlyList<ScopeLeak> Scopes, long NotTracked);
