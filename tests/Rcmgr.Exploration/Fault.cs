namespace Rcmgr.Exploration;

/// <summary>What can be wrong with a policy; the first ones harm nothing but concurrent callers.</summary>
internal enum Fault
{
    None,

    /// <summary>A refusal counts although other shards have credit parked.</summary>
    RefusesBeforeSettling,

    /// <summary>The scope is strict for others before all credit is collected: their refusals are spurious.</summary>
    StrictBeforeSettled,

    /// <summary>Credit is parked although the scope is strict.</summary>
    ParksWhileStrict,

    /// <summary>What the shards have parked is forgotten when limits change: a sequential fault, for the soak to find.</summary>
    LosesParkedCredit,

    /// <summary>A strict scope admits what it has no room for: a sequential fault, for the soak to find.</summary>
    AdmitsTooMuch,
}
