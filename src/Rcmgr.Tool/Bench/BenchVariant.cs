namespace Rcmgr.Tool.Bench;

/// <summary>One configuration that is measured: both ends use it.</summary>
/// <param name="Stack">What carries the connection.</param>
/// <param name="Manager">What guards the hosts.</param>
internal sealed record BenchVariant(BenchStack Stack, BenchManager Manager);

/// <summary>The resource manager of a host that is measured.</summary>
internal enum BenchManager
{
    /// <summary>One that does nothing.</summary>
    Null,

    /// <summary>With the limits that scale to the machine by default.</summary>
    Default,

    /// <summary>One that counts everything and refuses nothing.</summary>
    Unlimited,
}
