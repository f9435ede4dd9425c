namespace Rcmgr;

/// <summary>How full a rule's subnet, network or bucket is for one address.</summary>
/// <param name="Rule">The rule.</param>
/// <param name="Current">Connections that are held, or tokens that are gone.</param>
/// <param name="Limit">Connections that may be held, or tokens of a full bucket; <see cref="ResourceLimits.Unlimited"/> for no limit.</param>
/// <param name="NextIn">When a bucket gets its next token; null when it is full, and for what is no bucket.</param>
internal readonly record struct PeekedRule(AddressRule Rule, long Current, long Limit, TimeSpan? NextIn)
{
    public bool Refuses => Current >= Limit;

    public static PeekedRule OfRate(AddressRule rule, in TokenRate rate, in TokenBucket bucket, long now, long frequency)
    {
        if (rate.IsUnlimited)
            return new PeekedRule(rule, 0, ResourceLimits.Unlimited, null);
        long count = rate.Count(bucket, now, out long next);
        return new PeekedRule(rule, rule.Limit - count, rule.Limit, next == 0 ? null : TokenRate.ToTimeSpan(next, frequency));
    }
}
