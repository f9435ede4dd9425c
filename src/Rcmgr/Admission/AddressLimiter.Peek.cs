namespace Rcmgr;

/// <content>Looking at buckets and counters without taking a token or a slot, or remembering a subnet.</content>
internal sealed partial class AddressLimiter
{
    /// <summary>The buckets that <see cref="TryTake"/> would take from, in its order, as if none of them refused.</summary>
    public IReadOnlyList<PeekedRule> PeekRates(in AddressValue address)
    {
        long now = Now();
        List<PeekedRule> found = [];
        foreach (SharedBucket network in _networkRates)
        {
            if (network.Contains(address))
                found.Add(network.Peek(now));
        }

        if (found.Count > 0)
            return found;
        ReadSubnets(address, (level, state) =>
        {
            if (level.Rates is { } rule)
                found.Add(PeekedRule.OfRate(rule, level.Rate, state?.Bucket ?? default, now, _time.TimestampFrequency));
        });
        return [.. found, .. PeekGlobalRate()];
    }

    /// <summary>The bucket that <see cref="TryTakeRates"/> takes from when there is no address.</summary>
    public IReadOnlyList<PeekedRule> PeekGlobalRate() => _everybody.IsUnlimited ? [] : [_everybody.Peek(Now())];

    /// <summary>The network or the subnets that <see cref="TryTake"/> would take slots of, in its order, at one instant.</summary>
    public IReadOnlyList<PeekedRule> PeekSlots(in AddressValue address)
    {
        if (FindNetwork(address) is { } network)
            return [new PeekedRule(network.Rule, network.Held, network.Rule.Limit, null)];
        List<PeekedRule> found = [];
        ReadSubnets(address, (level, state) =>
        {
            if (level.Slots is { } rule)
                found.Add(new PeekedRule(rule, state?.Held ?? 0, rule.Limit, null));
        });
        return found;
    }

    /// <summary>Reads what is known of all subnets of an address, at one instant.</summary>
    private void ReadSubnets(in AddressValue address, Action<SubnetLevel, SubnetState?> read)
    {
        SubnetLevel[] levels = LevelsOf(address);
        if (levels.Length == 0)
            return;
        Shard shard = ShardOf(levels, address);
        using (shard.Gate.EnterScope())
        {
            foreach (SubnetLevel level in levels)
                read(level, shard.Table.Find(level.KeyOf(address)));
        }
    }
}
