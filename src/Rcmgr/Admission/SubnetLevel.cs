namespace Rcmgr;

/// <summary>The subnets of one length of one address family: how many connections each may hold, how fast each may open them, or both.</summary>
internal sealed class SubnetLevel(int prefixLength, bool isIPv4, int index, AddressRule? slots, AddressRule? rates, in TokenRate rate)
{
    /// <summary>How fast: unlimited when <see cref="Rates"/> is null.</summary>
    public readonly TokenRate Rate = rate;

    // A field, since it is read for every connection.
    private readonly int _id = isIPv4 ? index : ~index;
    private readonly ulong _highMask = (ulong)(AddressValue.Mask(prefixLength) >> 64);
    private readonly ulong _lowMask = (ulong)AddressValue.Mask(prefixLength);

    /// <summary>The rule about connections at a time; null when they are not limited.</summary>
    public AddressRule? Slots => slots;

    /// <summary>The rule about rates; null when they are not limited.</summary>
    public AddressRule? Rates => rates;

    public int PrefixLength => prefixLength;

    public bool IsIPv4 => isIPv4;

    /// <summary>What tells the level from all others of both families.</summary>
    public int Id => _id;

    public SubnetKey KeyOf(in AddressValue address) => new(address.High & _highMask, address.Low & _lowMask, _id);

    /// <summary>The levels of one family, narrowest first. What refuses nobody needs none.</summary>
    public static SubnetLevel[] Of(ConnectionLimits limits, bool isIPv4, long frequency)
    {
        Dictionary<int, AddressRule> slots = SlotRules(limits, isIPv4).ToDictionary(rule => rule.PrefixLength!.Value);
        Dictionary<int, AddressRule> rates = RateRules(limits, isIPv4).ToDictionary(rule => rule.PrefixLength!.Value);
        return [.. slots.Keys.Union(rates.Keys).OrderDescending().Select((length, index) =>
        {
            AddressRule? rateRule = rates.GetValueOrDefault(length);
            TokenRate rate = rateRule is null ? default : new TokenRate(new ConnectionRate(rateRule.PerSecond, rateRule.Limit), frequency);
            return new SubnetLevel(length, isIPv4, index, slots.GetValueOrDefault(length), rateRule, rate);
        })];
    }

    private static IEnumerable<AddressRule> SlotRules(ConnectionLimits limits, bool isIPv4)
    {
        string member = isIPv4 ? nameof(limits.SubnetsIPv4) : nameof(limits.SubnetsIPv6);
        return (isIPv4 ? limits.SubnetsIPv4 : limits.SubnetsIPv6)
            .Where(limit => limit.Connections != ResourceLimits.Unlimited)
            .Select(limit => new AddressRule(
                RefusalReason.SubnetLimit, $"ConnectionLimits.{member}[/{limit.PrefixLength}].Connections", null, limit.PrefixLength, limit.Connections));
    }

    private static IEnumerable<AddressRule> RateRules(ConnectionLimits limits, bool isIPv4)
    {
        string member = isIPv4 ? nameof(limits.RatesIPv4) : nameof(limits.RatesIPv6);
        return (isIPv4 ? limits.RatesIPv4 : limits.RatesIPv6)
            .Where(rate => !rate.Rate.IsUnlimited)
            .Select(rate => new AddressRule(
                RefusalReason.ConnectionRate,
                $"ConnectionLimits.{member}[/{rate.PrefixLength}]",
                null,
                rate.PrefixLength,
                rate.Rate.Burst,
                rate.Rate.PerSecond));
    }
}
