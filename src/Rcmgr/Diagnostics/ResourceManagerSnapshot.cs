namespace Rcmgr;

/// <summary>
/// All shared scopes of a manager at one instant (specification §7.5): a consistent cut, so that what the scopes of all peers
/// hold and what the system scope holds belong together.
/// </summary>
public sealed class ResourceManagerSnapshot
{
    internal ResourceManagerSnapshot(IReadOnlyList<ScopeReport> scopes)
    {
        Scopes = scopes;
    }

    /// <summary>
    /// The four roots in the order system, transient, allowlisted system, allowlisted transient; then services, protocols,
    /// and peers, each peer followed by its shares of protocols and services.
    /// </summary>
    public IReadOnlyList<ScopeReport> Scopes { get; }
}
