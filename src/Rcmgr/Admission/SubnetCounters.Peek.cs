namespace Rcmgr;

/// <content>Looking at subnets without taking a slot.</content>
internal sealed partial class SubnetCounters
{
    /// <summary>The network or the subnets that <see cref="TryTake"/> would ask, in its order, at one instant.</summary>
    public IReadOnlyList<PeekedRule> Peek(in AddressValue address)
    {
        if (FindNetwork(address) is { } network)
            return [new PeekedRule(network.Rule, network.Held, network.Rule.Limit, null)];
        SubnetRule[] subnets = address.IsIPv4 ? _ipv4 : _ipv6;
        if (subnets.Length == 0)
            return [];

        List<PeekedRule> found = [];
        Shard shard = ShardOf(address, subnets);
        lock (shard.Gate)
        {
            foreach (SubnetRule subnet in subnets)
                found.Add(new PeekedRule(subnet.Rule, shard.Read(subnet.KeyOf(address)), subnet.Rule.Limit, null));
        }

        return found;
    }
}
