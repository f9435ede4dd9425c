using System.Runtime.InteropServices;

namespace Rcmgr;

/// <summary>Whether a connection got a slot of its address.</summary>
internal enum SlotOutcome
{
    /// <summary>Nothing limits the address: there is nothing to give back.</summary>
    Unlimited,

    /// <summary>It holds a slot, to be given back with <see cref="SubnetCounters.Return"/>.</summary>
    Taken,

    /// <summary>There is no slot left.</summary>
    Refused,
}

/// <summary>
/// Connections at a time for each network or subnet (specification §5.2). A subnet is known only while it holds a connection, so
/// there are never more of them than connections times rules. Exact: no other thread sees more than is held, or a subnet above its
/// limit. Safe to use from several threads.
/// </summary>
internal sealed partial class SubnetCounters
{
    private const int ShardCount = 64;

    private readonly NetworkCounter[] _networks;
    private readonly SubnetRule[] _ipv4;
    private readonly SubnetRule[] _ipv6;
    private readonly Shard[] _shards = [.. Enumerable.Range(0, ShardCount).Select(_ => new Shard())];

    private SubnetCounters(ConnectionLimits limits)
    {
        _networks = [.. AddressRuleList.Networks(limits).Select(rule => new NetworkCounter(rule))];
        _ipv4 = Subnets(nameof(limits.SubnetsIPv4), limits.SubnetsIPv4);
        _ipv6 = Subnets(nameof(limits.SubnetsIPv6), limits.SubnetsIPv6);
    }

    /// <summary>Subnets that hold a connection, and networks that do.</summary>
    public int Count => _shards.Sum(shard => shard.Count) + _networks.Count(network => network.Held > 0);

    private bool CanRefuse => _ipv4.Length > 0 || _ipv6.Length > 0 || _networks.Any(network => !network.IsUnlimited);

    /// <summary>Counters for <paramref name="limits"/>; null when they can refuse nobody.</summary>
    public static SubnetCounters? Create(ConnectionLimits limits)
    {
        SubnetCounters counters = new(limits);
        return counters.CanRefuse ? counters : null;
    }

    /// <param name="address">Who wants to connect.</param>
    /// <param name="refusing">The rule that refused.</param>
    /// <param name="current">What the refusing network or subnet held.</param>
    public SlotOutcome TryTake(in AddressValue address, out AddressRule? refusing, out long current)
    {
        refusing = null;
        current = 0;
        if (FindNetwork(address) is { } network)
            return network.TryTake(out refusing, out current);
        SubnetRule[] subnets = address.IsIPv4 ? _ipv4 : _ipv6;
        if (subnets.Length == 0)
            return SlotOutcome.Unlimited;

        Shard shard = ShardOf(address, subnets);
        lock (shard.Gate)
        {
            foreach (SubnetRule subnet in subnets)
            {
                current = shard.Read(subnet.KeyOf(address));
                if (current < subnet.Rule.Limit)
                    continue;
                refusing = subnet.Rule;
                return SlotOutcome.Refused;
            }

            foreach (SubnetRule subnet in subnets)
                shard.Add(subnet.KeyOf(address));
        }

        return SlotOutcome.Taken;
    }

    /// <summary>Gives back a slot that <see cref="TryTake"/> gave for this address.</summary>
    public void Return(in AddressValue address)
    {
        if (FindNetwork(address) is { } network)
        {
            network.Return();
            return;
        }

        SubnetRule[] subnets = address.IsIPv4 ? _ipv4 : _ipv6;
        if (subnets.Length == 0)
            return;
        Shard shard = ShardOf(address, subnets);
        lock (shard.Gate)
        {
            foreach (SubnetRule subnet in subnets)
                shard.Subtract(subnet.KeyOf(address));
        }
    }

    private NetworkCounter? FindNetwork(in AddressValue address)
    {
        foreach (NetworkCounter network in _networks)
        {
            if (network.Prefix.Contains(address))
                return network;
        }

        return null;
    }

    // All subnets of an address lie in its widest one, so they are in the same shard and one gate makes the decision.
    private Shard ShardOf(in AddressValue address, SubnetRule[] subnets) =>
        _shards[subnets[^1].KeyOf(address).ShardOf(ShardCount)];

    /// <summary>Narrowest first. What refuses nobody needs no counters.</summary>
    private static SubnetRule[] Subnets(string member, IReadOnlyList<SubnetLimit> limits) =>
        [.. limits.Where(limit => limit.Connections != ResourceLimits.Unlimited).OrderByDescending(limit => limit.PrefixLength).Select((limit, index) =>
        {
            AddressRule rule = new(
                RefusalReason.SubnetLimit, $"ConnectionLimits.{member}[/{limit.PrefixLength}].Connections", null, limit.PrefixLength, limit.Connections);
            bool isIPv4 = member == nameof(ConnectionLimits.SubnetsIPv4);
            return new SubnetRule(rule, isIPv4 ? index : ~index, AddressValue.Mask(limit.PrefixLength));
        })];

    private sealed record SubnetRule(AddressRule Rule, int Id, UInt128 Mask)
    {
        public SubnetKey KeyOf(in AddressValue address) => new(address.Bits & Mask, Id);
    }

    private sealed class NetworkCounter(AddressRule rule)
    {
        private long _held;

        public AddressPrefix Prefix { get; } = rule.Network!.Value;

        public AddressRule Rule => rule;

        public bool IsUnlimited => rule.Limit == ResourceLimits.Unlimited;

        public long Held => Interlocked.Read(ref _held);

        public void Add() => Interlocked.Increment(ref _held);

        public SlotOutcome TryTake(out AddressRule? refusing, out long current)
        {
            refusing = null;
            current = 0;
            if (IsUnlimited)
                return SlotOutcome.Unlimited;
            current = Held;
            while (current < rule.Limit)
            {
                long seen = Interlocked.CompareExchange(ref _held, current + 1, current);
                if (seen == current)
                    return SlotOutcome.Taken;
                current = seen;
            }

            refusing = rule;
            return SlotOutcome.Refused;
        }

        public void Return()
        {
            long current = Held;
            while (current > 0)
            {
                long seen = Interlocked.CompareExchange(ref _held, current - 1, current);
                if (seen == current)
                    return;
                current = seen;
            }
        }
    }

    private sealed class Shard
    {
        private readonly Dictionary<SubnetKey, long> _held = [];

        public Gate Gate { get; } = new();

        public int Count
        {
            get
            {
                lock (Gate)
                    return _held.Count;
            }
        }

        public long Read(in SubnetKey key) => _held.GetValueOrDefault(key);

        public void Add(in SubnetKey key) => CollectionsMarshal.GetValueRefOrAddDefault(_held, key, out _)++;

        public void Subtract(in SubnetKey key)
        {
            if (_held.TryGetValue(key, out long held) && held > 1)
                _held[key] = held - 1;
            else
                _held.Remove(key);
        }
    }
}
