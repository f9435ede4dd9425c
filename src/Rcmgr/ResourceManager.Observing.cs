namespace Rcmgr;

/// <content>Managers that refuse nothing.</content>
public sealed partial class ResourceManager
{
    /// <summary>
    /// Whether the manager admits everything and only counts what its limits would have refused: see
    /// <see cref="ResourceManagerOptions.ObserveOnly"/>.
    /// </summary>
    public bool ObservesOnly => _engine is ObservingAccounting;

    /// <summary>
    /// Creates a manager that accounts for nothing and admits everything, at next to no cost: for tests, and to leave the manager out of a
    /// program that is written for one. All callers get the same few scopes, which hold nothing and say nothing true about a connection but
    /// its direction; snapshots and metrics are empty.
    /// </summary>
    public static ResourceManager CreateNull() => 
        new(
            new ResourceManagerOptions { Limits = ResourceManagerLimits.Infinite, ConnectionLimits = ConnectionLimits.None },
            static (_, _) => new NoAccounting());

    private static AccountingEngine<SingleGateAccounting> CreateAccounting(ResourceManagerLimits limits, Allowlist allowlist) =>
        new AccountingEngine<SingleGateAccounting>(limits, allowlist);

    private static ObservingAccounting CreateObserving(ResourceManagerLimits limits, Allowlist allowlist) =>
        new ObservingAccounting(
            limits,
            allowlist,
            facade => new AccountingEngine<SingleGateAccounting>(ResourceManagerLimits.Infinite, allowlist, facade));
}
