using System.Numerics;

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
    /// program that is written for one. The scopes that it hands out hold nothing, and all peers are one: snapshots and metrics show the
    /// roots with nothing in use.
    /// </summary>
    public static ResourceManager CreateNull() =>
        new(
            new ResourceManagerOptions { Limits = ResourceManagerLimits.Infinite, ConnectionLimits = ConnectionLimits.None },
            static (_, _) => new NullAccounting());

    private static AccountingEngine<ParkedCreditAccounting> CreateAccounting(ResourceManagerLimits limits, Allowlist allowlist) =>
        CreateAccounting(limits, allowlist, facade: null);

    private static AccountingEngine<ParkedCreditAccounting> CreateAccounting(
        ResourceManagerLimits limits, Allowlist allowlist, AccountingEngine? facade)
    {
        int shards = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Min(ShardsPerProcessor * Environment.ProcessorCount, MostShards));
        return new AccountingEngine<ParkedCreditAccounting>(limits, allowlist, shards, facade);
    }

    private static ObservingAccounting CreateObserving(ResourceManagerLimits limits, Allowlist allowlist) =>
        new(limits, allowlist, facade => CreateAccounting(ResourceManagerLimits.Infinite, allowlist, facade));
}
