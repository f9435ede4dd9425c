using System.Runtime.CompilerServices;

namespace Rcmgr;

/// <summary>
/// How fast connections may come and how many there may be at a time, for networks, subnets and everybody (specification §5.2, §5.4).
/// Rates are asked from narrow to wide, so that one greedy host empties its own bucket and not its neighbours'; then the connections at a
/// time, all of which must have room. Exact: no other thread sees more than is held, or a subnet above its limit. Constant time, and
/// memory for what is held and about <see cref="Capacity"/> subnets more, whoever calls from wherever. Safe to use from several threads.
/// </summary>
internal sealed partial class AddressLimiter
{
    /// <summary>
    /// Subnets without connections that are remembered for their rate, at most; of those that share their widest subnet, at most 1/64.
    /// </summary>
    public const int Capacity = ShardCount * ShardCapacity;

    private const int ShardCount = 64;
    private const int ShardCapacity = 1024;

    private readonly TimeProvider _time;
    private readonly NetworkCounter[] _networks;
    private readonly SharedBucket[] _networkRates;
    private readonly SharedBucket _everybody;
    private readonly SubnetLevel[] _ipv4;
    private readonly SubnetLevel[] _ipv6;
    private readonly bool _hasRates;
    private readonly Shard[] _shards = [.. Enumerable.Range(0, ShardCount).Select(_ => new Shard())];
    private long _origin;

    private AddressLimiter(ConnectionLimits limits, TimeProvider time)
    {
        _time = time = CoarseTimeProvider.For(RatesOf(limits), time);
        _origin = time.GetTimestamp();
        _networks = [.. AddressRuleList.Networks(limits).Select(rule => new NetworkCounter(rule))];
        _networkRates = [.. AddressRuleList.NetworkRates(limits).Select(rule => new SharedBucket(rule, time.TimestampFrequency))];
        _everybody = new SharedBucket(
            new AddressRule(
                RefusalReason.ConnectionRate, "ConnectionLimits.GlobalRate", null, null, limits.GlobalRate.Burst, limits.GlobalRate.PerSecond),
            time.TimestampFrequency);
        _ipv4 = SubnetLevel.Of(limits, isIPv4: true, time.TimestampFrequency);
        _ipv6 = SubnetLevel.Of(limits, isIPv4: false, time.TimestampFrequency);
        _hasRates = Levels.Any(level => level.Rates is not null) || !_everybody.IsUnlimited || _networkRates.Any(network => !network.IsUnlimited);
        CountsConnections = Levels.Any(level => level.Slots is not null) || _networks.Any(network => !network.IsUnlimited);
    }

    /// <summary>Whether there is a limit for connections at a time.</summary>
    public bool CountsConnections { get; }

    /// <summary>Subnets and networks that hold a connection now.</summary>
    public int Holding => _shards.Sum(shard => shard.Holding) + _networks.Count(network => network.Held > 0);

    /// <summary>Subnets without a connection whose rate is remembered now.</summary>
    public int Remembered => _shards.Sum(shard => shard.Remembered);

    private IEnumerable<SubnetLevel> Levels => _ipv4.Concat(_ipv6);

    /// <summary>A limiter for <paramref name="limits"/>; null when they can refuse nobody.</summary>
    public static AddressLimiter? Create(ConnectionLimits limits, TimeProvider time)
    {
        AddressLimiter limiter = new(limits, time);
        return limiter._hasRates || limiter.CountsConnections ? limiter : null;
    }

    /// <summary>
    /// A limiter for addresses that have not proved themselves (specification §5.5): as many as half of what an address may hold, and
    /// then one in twice the five seconds that a handshake is taken to last. Null when connections at a time are not limited.
    /// </summary>
    public static AddressLimiter? CreateForUnproved(ConnectionLimits limits, TimeProvider time)
    {
        const double PerSecond = 0.1;
        return Create(
            limits with
            {
                SubnetsIPv4 = [],
                SubnetsIPv6 = [],
                Networks = [],
                RatesIPv4 = [.. limits.SubnetsIPv4.Select(limit => new SubnetRate(limit.PrefixLength, Half(limit.Connections)))],
                RatesIPv6 = [.. limits.SubnetsIPv6.Select(limit => new SubnetRate(limit.PrefixLength, Half(limit.Connections)))],
                NetworkRates = [.. limits.Networks.Select(limit => new NetworkRate(limit.Network, Half(limit.Connections)))],
                GlobalRate = ConnectionRate.Unlimited,
            },
            time);

        static ConnectionRate Half(long connections) => new(PerSecond, connections / 2);
    }

    /// <summary>Asks the rates, then takes a slot. A token that was taken is spent, whatever refuses later.</summary>
    /// <param name="address">Who wants to connect.</param>
    /// <param name="slot">What counts the connection, to be given back at its end; null when nothing limits how many there are.</param>
    /// <param name="obstacle">What refused; else left as it is.</param>
    public bool TryTake(in AddressValue address, out SlotCounter? slot, ref AddressObstacle obstacle)
    {
        slot = null;
        long now = _hasRates ? Now() : long.MaxValue;
        bool isRated = false;
        if (_networkRates.Length > 0 && !TryTakeOfNetworks(address, now, ref isRated, ref obstacle))
            return false;

        NetworkCounter? network = _networks.Length > 0 ? FindNetwork(address) : null;
        if (!TryTakeOfSubnets(address, now, asksRates: !isRated, asksSlots: network is null, ref slot, ref obstacle))
            return false;
        return network is null || network.IsUnlimited || TryTakeSlot(network, out slot, ref obstacle);
    }

    /// <summary>Asks the rates alone, for a connection that has no address and so no slot.</summary>
    /// <param name="address">The address whose rates are asked all the same; null for the rate of everybody alone.</param>
    /// <param name="obstacle">What refused; else left as it is.</param>
    public bool TryTakeRates(AddressValue? address, ref AddressObstacle obstacle)
    {
        long now = Now();
        SlotCounter? slot = null;
        return address is { } value
            ? TryTakeOfSubnets(value, now, asksRates: true, asksSlots: false, ref slot, ref obstacle)
            : TryTakeOfEverybody(now, ref obstacle);
    }

    private bool TryTakeOfSubnets(
        in AddressValue address, long now, bool asksRates, bool asksSlots, ref SlotCounter? slot, ref AddressObstacle obstacle)
    {
        SubnetLevel[] levels = LevelsOf(address);
        if (levels.Length == 0)
            return !asksRates || TryTakeOfEverybody(now, ref obstacle);

        Shard shard = ShardOf(levels, address);
        using (shard.Gate.EnterScope())
        {
            if (asksRates && !(TryTakeTokens(shard.Table, levels, address, now, ref obstacle) && TryTakeOfEverybody(now, ref obstacle)))
                return false;
            return !asksSlots || TryTakeSlots(shard.Table, levels, address, now, ref slot, ref obstacle);
        }
    }

    private bool TryTakeTokens(
        SubnetTable table, SubnetLevel[] levels, in AddressValue address, long now, ref AddressObstacle obstacle)
    {
        foreach (SubnetLevel level in levels)
        {
            if (level.Rates is not null && !table.TryTake(level.KeyOf(address), level.Rate, now, out long wait))
                return Refuse(level.Rates, wait, out obstacle);
        }

        return true;
    }

    private static bool TryTakeSlots(
        SubnetTable table, SubnetLevel[] levels, in AddressValue address, long now, ref SlotCounter? slot, ref AddressObstacle obstacle)
    {
        foreach (SubnetLevel level in levels)
        {
            if (level.Slots is not { } rule)
                continue;
            long held = table.Find(level.KeyOf(address))?.Held ?? 0;
            if (held < rule.Limit)
                continue;
            obstacle = new AddressObstacle(rule, held);
            return false;
        }

        slot = TakeSlots(table, levels, address, now);
        return true;
    }

    /// <summary>Takes a slot of each subnet of an address; null when none of them is limited.</summary>
    private static SlotCounter? TakeSlots(SubnetTable table, SubnetLevel[] levels, in AddressValue address, long now)
    {
        SlotCounter? slot = null;
        SlotCounter? narrower = null;
        foreach (SubnetLevel level in levels)
        {
            if (level.Slots is null)
                continue;
            SubnetState state = table.FindOrAdd(level.KeyOf(address), now);
            if (narrower is null)
                (slot = state).Take();
            else
                state.TakeFor(narrower);
            narrower = state;
        }

        return slot;
    }

    private static bool TryTakeSlot(NetworkCounter network, out SlotCounter? slot, ref AddressObstacle obstacle)
    {
        slot = network;
        if (network.TryTake(network.Rule.Limit, out long held))
            return true;
        slot = null;
        obstacle = new AddressObstacle(network.Rule, held);
        return false;
    }

    /// <summary>All networks that contain the address pay; <paramref name="isRated"/> when there are any.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool TryTakeOfNetworks(in AddressValue address, long now, ref bool isRated, ref AddressObstacle obstacle)
    {
        foreach (SharedBucket network in _networkRates)
        {
            if (!network.Contains(address))
                continue;
            isRated = true;
            if (!network.TryTake(now, out long wait))
                return Refuse(network.Rule, wait, out obstacle);
        }

        return true;
    }

    private bool TryTakeOfEverybody(long now, ref AddressObstacle obstacle) =>
        _everybody.IsUnlimited || _everybody.TryTake(now, out long wait) || Refuse(_everybody.Rule, wait, out obstacle);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private NetworkCounter? FindNetwork(in AddressValue address)
    {
        foreach (NetworkCounter network in _networks)
        {
            if (network.Prefix.Contains(address))
                return network;
        }

        return null;
    }

    private SubnetLevel[] LevelsOf(in AddressValue address) => address.IsIPv4 ? _ipv4 : _ipv6;

    // All subnets of an address lie in its widest one, so they are in the same shard and one gate makes the decision.
    private Shard ShardOf(SubnetLevel[] levels, in AddressValue address) => _shards[levels[^1].KeyOf(address).ShardOf(ShardCount)];

    private static IEnumerable<ConnectionRate> RatesOf(ConnectionLimits limits) =>
        [.. limits.RatesIPv4.Concat(limits.RatesIPv6).Select(rate => rate.Rate), .. limits.NetworkRates.Select(rate => rate.Rate), limits.GlobalRate];

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool Refuse(AddressRule rule, long wait, out AddressObstacle obstacle)
    {
        obstacle = new AddressObstacle(rule, RetryAfter: TokenRate.ToTimeSpan(wait, _time.TimestampFrequency));
        return false;
    }

    private long Now() => _time.GetTimestamp() - _origin;

    private sealed class Shard
    {
        public Gate Gate { get; } = new();

        public SubnetTable Table { get; } = new(ShardCapacity);

        public int Holding => Read(table => table.Holding);

        public int Remembered => Read(table => table.Remembered);

        private int Read(Func<SubnetTable, int> read)
        {
            using (Gate.EnterScope())
                return read(Table);
        }
    }
}
