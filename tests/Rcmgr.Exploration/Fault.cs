namespace Rcmgr.Exploration;

/// <summary>What can be wrong with a policy and harm nothing but concurrent callers.</summary>
internal enum Fault
{
    None,

    /// <summary>A refusal counts although other shards have credit parked.</summary>
    RefusesBeforeSettling,

    /// <summary>The scope is strict for others before all credit is collected: their refusals are spurious.</summary>
    StrictBeforeSettled,

    /// <summary>Credit is parked although the scope is strict.</summary>
    ParksWhileStrict,
}
