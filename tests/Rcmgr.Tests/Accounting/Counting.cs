namespace Rcmgr.Tests.Accounting;

/// <summary>The ways to count that every test of the accounting is run with.</summary>
public enum Counting
{
    /// <summary>One gate, plain arithmetic.</summary>
    SingleGate,

    /// <summary>What ships: shards by peer that park credit.</summary>
    Parked,

    /// <summary>As what ships, with so many shards that hardly two peers share one.</summary>
    ParkedWidely,

    /// <summary>As what ships, with every root strict for good.</summary>
    ParkedStrict,
}

/// <summary>Makes managers that count in one of the ways.</summary>
internal static class CountingManagers
{
    public static ResourceManager Create(this Counting counting, ResourceManagerLimits limits, Allowlist? allowlist = null)
    {
        allowlist ??= new Allowlist();
        AccountingEngine engine = counting switch
        {
            Counting.SingleGate => new AccountingEngine<SingleGateAccounting>(limits, allowlist, shards: 1),
            Counting.ParkedWidely => new AccountingEngine<ParkedCreditAccounting>(limits, allowlist, shards: 64),
            _ => new AccountingEngine<ParkedCreditAccounting>(limits, allowlist, shards: 4),
        };
        if (counting == Counting.ParkedStrict)
            engine.PinStrict();
        return new ResourceManager(engine, allowlist);
    }
}
