namespace Rcmgr;

/// <content>Counting connections that are open already.</content>
internal sealed partial class SubnetCounters
{
    /// <summary>Whether a connection from <paramref name="address"/> takes a slot.</summary>
    public bool Counts(in AddressValue address) =>
        FindNetwork(address) is { } network ? !network.IsUnlimited : (address.IsIPv4 ? _ipv4 : _ipv6).Length > 0;

    /// <summary>Takes a slot for an address that <see cref="Counts"/>, also above its limit.</summary>
    public void Add(in AddressValue address)
    {
        if (FindNetwork(address) is { } network)
        {
            network.Add();
            return;
        }

        SubnetRule[] subnets = address.IsIPv4 ? _ipv4 : _ipv6;
        Shard shard = ShardOf(address, subnets);
        lock (shard.Gate)
        {
            foreach (SubnetRule subnet in subnets)
                shard.Add(subnet.KeyOf(address));
        }
    }
}
