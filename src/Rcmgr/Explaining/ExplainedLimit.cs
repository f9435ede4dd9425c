namespace Rcmgr;

/// <summary>One limit of one scope that an operation is held to.</summary>
/// <param name="Resource">What is limited.</param>
/// <param name="Direction">The direction that is limited; null for totals and for what has no direction.</param>
/// <param name="Current">How much is in use.</param>
/// <param name="Requested">How much the operation adds.</param>
/// <param name="Allowed">How much may be in use with it: less than the limit for memory of a low priority. 2^63 - 1 stands for no limit.</param>
public readonly record struct ExplainedLimit(Resource Resource, Direction? Direction, long Current, long Requested, long Allowed)
{
    /// <summary>How full the scope is before the operation, in percent of <see cref="Allowed"/>; more than 100 after a limit was lowered.</summary>
    public double PercentFull => Percent(Current, Allowed);

    /// <summary>The operation asks for more than an empty scope would give.</summary>
    internal bool IsImpossible => Requested > Allowed;

    internal static double Percent(long current, long allowed) => allowed switch
    {
        ResourceLimits.Unlimited => 0,
        <= 0 => 100,
        _ => 100.0 * current / allowed,
    };
}
