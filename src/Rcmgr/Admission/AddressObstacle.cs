using System.Net;
using System.Runtime.CompilerServices;

namespace Rcmgr;

/// <summary>What stands against a connection from an address.</summary>
/// <param name="Rule">The rule that refuses.</param>
/// <param name="Current">What its network or subnet holds, when the rule is about connections at a time.</param>
/// <param name="RetryAfter">When it will not refuse any more, when the rule is about rates.</param>
internal readonly record struct AddressObstacle(AddressRule Rule, long Current = 0, TimeSpan RetryAfter = default)
{
    [MethodImpl(MethodImplOptions.NoInlining)]
    public Refusal ToRefusal(IPAddress? remote, Direction direction) => Rule.Reason == RefusalReason.ConnectionRate
        ? Refusal.OfRate(Rule, remote, direction, RetryAfter)
        : Refusal.OfAddress(Rule, remote!, direction, Current);
}
