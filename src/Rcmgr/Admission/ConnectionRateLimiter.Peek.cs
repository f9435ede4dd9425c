namespace Rcmgr;

/// <content>Looking at buckets without taking a token or remembering a subnet.</content>
internal sealed partial class ConnectionRateLimiter
{
    /// <summary>The buckets that <see cref="TryTake"/> would take from, in its order, as if none of them refused.</summary>
    public IReadOnlyList<PeekedRule> Peek(in AddressValue address)
    {
        long now = _time.GetTimestamp() - _origin;
        List<PeekedRule> found = [];
        foreach (NetworkBucket network in _networks)
        {
            if (network.Prefix.Contains(address))
                found.Add(Peek(network.Rule, network.Rate, network.Read(), now));
        }

        if (found.Count > 0)
            return found;
        foreach (SubnetBuckets subnet in address.IsIPv4 ? _ipv4 : _ipv6)
            found.Add(Peek(subnet.Rule, subnet.Rate, Read(subnet, address), now));
        return [.. found, .. PeekWithoutAddress()];
    }

    /// <summary>The same for <see cref="TryTakeWithoutAddress"/>.</summary>
    public IReadOnlyList<PeekedRule> PeekWithoutAddress()
    {
        if (_everybodyRate.IsUnlimited)
            return [];
        TokenBucket bucket;
        lock (_everybodyGate)
            bucket = _everybodyBucket;
        return [Peek(_everybody, _everybodyRate, bucket, _time.GetTimestamp() - _origin)];
    }

    private TokenBucket Read(SubnetBuckets subnet, in AddressValue address)
    {
        SubnetBuckets[] subnets = address.IsIPv4 ? _ipv4 : _ipv6;
        Shard shard = _shards[subnets[^1].KeyOf(address).ShardOf(ShardCount)];
        lock (shard.Gate)
            return shard.Buckets.Read(subnet.KeyOf(address));
    }

    private PeekedRule Peek(AddressRule rule, in TokenRate rate, in TokenBucket bucket, long now)
    {
        long count = rate.Count(bucket, now, out long next);
        return rate.IsUnlimited
            ? new PeekedRule(rule, 0, ResourceLimits.Unlimited, null)
            : new PeekedRule(rule, rule.Limit - count, rule.Limit, next == 0 ? null : TokenRate.ToTimeSpan(next, _time.TimestampFrequency));
    }
}
