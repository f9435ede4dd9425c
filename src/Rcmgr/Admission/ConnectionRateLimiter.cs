namespace Rcmgr;

/// <summary>
/// Token buckets for networks, subnets and everybody (specification §5.4). Asked from narrow to wide, so that one greedy host empties
/// its own bucket and not its neighbours'. Constant time and memory, whoever calls from wherever; safe to use from several threads.
/// </summary>
internal sealed partial class ConnectionRateLimiter
{
    /// <summary>Subnets that are remembered, at most; in a shard for those that share their widest subnet, at most 1/64 of them.</summary>
    public const int Capacity = ShardCount * ShardCapacity;

    private const int ShardCount = 64;
    private const int ShardCapacity = 1024;

    private readonly TimeProvider _time;
    private readonly long _origin;
    private readonly NetworkBucket[] _networks;
    private readonly SubnetBuckets[] _ipv4;
    private readonly SubnetBuckets[] _ipv6;
    private readonly AddressRule _everybody;
    private readonly TokenRate _everybodyRate;
    private readonly Gate _everybodyGate = new();
    private readonly Shard[] _shards = [.. Enumerable.Range(0, ShardCount).Select(_ => new Shard())];
    private TokenBucket _everybodyBucket;

    private ConnectionRateLimiter(ConnectionLimits limits, TimeProvider time)
    {
        _time = time;
        _origin = time.GetTimestamp();
        _networks = [.. AddressRuleList.NetworkRates(limits).Select(rule => new NetworkBucket(rule, RateOf(rule)))];
        _ipv4 = Subnets(nameof(limits.RatesIPv4), limits.RatesIPv4);
        _ipv6 = Subnets(nameof(limits.RatesIPv6), limits.RatesIPv6);
        _everybody = new AddressRule(
            RefusalReason.ConnectionRate, "ConnectionLimits.GlobalRate", null, null, limits.GlobalRate.Burst, limits.GlobalRate.PerSecond);
        _everybodyRate = RateOf(_everybody);
    }

    /// <summary>Buckets of subnets that are remembered now.</summary>
    public int Count => _shards.Sum(shard => shard.Count);

    private bool CanRefuse =>
        _ipv4.Length > 0 || _ipv6.Length > 0 || !_everybodyRate.IsUnlimited || _networks.Any(network => !network.Rate.IsUnlimited);

    /// <summary>A limiter for the rates of <paramref name="limits"/>; null when they can refuse nobody.</summary>
    public static ConnectionRateLimiter? Create(ConnectionLimits limits, TimeProvider time)
    {
        ConnectionRateLimiter limiter = new(limits, time);
        return limiter.CanRefuse ? limiter : null;
    }

    /// <summary>
    /// A limiter for addresses that have not proved themselves (specification §5.5): as many as half of what an address may hold, and
    /// then one in twice the five seconds that a handshake is taken to last. Null when addresses are not limited.
    /// </summary>
    public static ConnectionRateLimiter? CreateForUnproved(ConnectionLimits limits, TimeProvider time)
    {
        const double PerSecond = 1 / (2 * 5.0);
        return Create(
            limits with
            {
                RatesIPv4 = [.. limits.SubnetsIPv4.Select(limit => new SubnetRate(limit.PrefixLength, Half(limit.Connections)))],
                RatesIPv6 = [.. limits.SubnetsIPv6.Select(limit => new SubnetRate(limit.PrefixLength, Half(limit.Connections)))],
                NetworkRates = [.. limits.Networks.Select(limit => new NetworkRate(limit.Network, Half(limit.Connections)))],
                GlobalRate = ConnectionRate.Unlimited,
            },
            time);

        static ConnectionRate Half(long connections) => new(PerSecond, connections / 2);
    }

    /// <param name="address">Who wants to connect.</param>
    /// <param name="refusing">The rule that refused.</param>
    /// <param name="retryAfter">When it would not refuse any more.</param>
    public bool TryTake(in AddressValue address, out AddressRule? refusing, out TimeSpan retryAfter)
    {
        long now = _time.GetTimestamp() - _origin;
        bool isMatched = false;
        foreach (NetworkBucket network in _networks)
        {
            if (!network.Prefix.Contains(address))
                continue;
            isMatched = true;
            if (!network.TryTake(now, out long wait))
                return Refuse(network.Rule, wait, out refusing, out retryAfter);
        }

        if (isMatched)
            return Admit(out refusing, out retryAfter);

        SubnetBuckets[] subnets = address.IsIPv4 ? _ipv4 : _ipv6;
        if (subnets.Length > 0 && !TryTakeOfSubnets(subnets, address, now, out AddressRule? subnet, out long subnetWait))
            return Refuse(subnet!, subnetWait, out refusing, out retryAfter);
        return TryTakeOfEverybody(now, out refusing, out retryAfter);
    }

    /// <summary>As <see cref="TryTake"/>, for a connection without an address: nothing but the rate of everybody counts.</summary>
    public bool TryTakeWithoutAddress(out AddressRule? refusing, out TimeSpan retryAfter) =>
        TryTakeOfEverybody(_time.GetTimestamp() - _origin, out refusing, out retryAfter);

    // All subnets of an address lie in its widest one, so they are in the same shard.
    private bool TryTakeOfSubnets(SubnetBuckets[] subnets, in AddressValue address, long now, out AddressRule? refusing, out long wait)
    {
        Shard shard = _shards[subnets[^1].KeyOf(address).ShardOf(ShardCount)];
        lock (shard.Gate)
        {
            foreach (SubnetBuckets subnet in subnets)
            {
                if (!shard.Buckets.TryTake(subnet.KeyOf(address), subnet.Rate, now, out wait))
                {
                    refusing = subnet.Rule;
                    return false;
                }
            }
        }

        refusing = null;
        wait = 0;
        return true;
    }

    private bool TryTakeOfEverybody(long now, out AddressRule? refusing, out TimeSpan retryAfter)
    {
        if (_everybodyRate.IsUnlimited)
            return Admit(out refusing, out retryAfter);
        bool isTaken;
        long wait;
        lock (_everybodyGate)
            isTaken = _everybodyRate.TryTake(ref _everybodyBucket, now, out wait);
        return isTaken ? Admit(out refusing, out retryAfter) : Refuse(_everybody, wait, out refusing, out retryAfter);
    }

    private static bool Admit(out AddressRule? refusing, out TimeSpan retryAfter)
    {
        refusing = null;
        retryAfter = default;
        return true;
    }

    private bool Refuse(AddressRule rule, long wait, out AddressRule? refusing, out TimeSpan retryAfter)
    {
        refusing = rule;
        retryAfter = TokenRate.ToTimeSpan(wait, _time.TimestampFrequency);
        return false;
    }

    private TokenRate RateOf(AddressRule rule) => new(new ConnectionRate(rule.PerSecond, rule.Limit), _time.TimestampFrequency);

    /// <summary>Narrowest first. What refuses nobody needs no buckets.</summary>
    private SubnetBuckets[] Subnets(string member, IReadOnlyList<SubnetRate> rates) =>
        [.. rates.Where(rate => !rate.Rate.IsUnlimited).OrderByDescending(rate => rate.PrefixLength).Select((rate, index) =>
        {
            AddressRule rule = new(
                RefusalReason.ConnectionRate, $"ConnectionLimits.{member}[/{rate.PrefixLength}]", null, rate.PrefixLength, rate.Rate.Burst, rate.Rate.PerSecond);
            bool isIPv4 = member == nameof(ConnectionLimits.RatesIPv4);
            return new SubnetBuckets(rule, isIPv4 ? index : ~index, AddressValue.Mask(rate.PrefixLength), RateOf(rule));
        })];

    private sealed record SubnetBuckets(AddressRule Rule, int Id, UInt128 Mask, TokenRate Rate)
    {
        public SubnetKey KeyOf(in AddressValue address) => new(address.Bits & Mask, Id);
    }

    private sealed class NetworkBucket(AddressRule rule, TokenRate rate)
    {
        private readonly Gate _gate = new();
        private TokenBucket _bucket;

        public AddressRule Rule => rule;

        public TokenRate Rate => rate;

        public AddressPrefix Prefix { get; } = rule.Network!.Value;

        public bool TryTake(long now, out long wait)
        {
            wait = 0;
            if (rate.IsUnlimited)
                return true;
            lock (_gate)
                return rate.TryTake(ref _bucket, now, out wait);
        }

        public TokenBucket Read()
        {
            lock (_gate)
                return _bucket;
        }
    }

    private sealed class Shard
    {
        public Gate Gate { get; } = new();

        public RateBuckets Buckets { get; } = new(ShardCapacity);

        public int Count
        {
            get
            {
                lock (Gate)
                    return Buckets.Count;
            }
        }
    }
}
