namespace Rcmgr;

/// <summary>
/// Whether an address lies in any of many networks, in time that grows with the number of different prefix lengths, and hardly with that
/// of networks. Immutable.
/// </summary>
internal sealed class NetworkSet
{
    private readonly Level[] _ipv4;
    private readonly Level[] _ipv6;

    public NetworkSet(IEnumerable<AddressPrefix> networks)
    {
        ILookup<bool, AddressPrefix> byFamily = networks.ToLookup(network => network.IsIPv4);
        _ipv4 = Levels(byFamily[true]);
        _ipv6 = Levels(byFamily[false]);
    }

    public bool Contains(in AddressValue address)
    {
        foreach (Level level in address.IsIPv4 ? _ipv4 : _ipv6)
        {
            if (level.Contains(address.Bits & level.Mask))
                return true;
        }

        return false;
    }

    private static Level[] Levels(IEnumerable<AddressPrefix> networks) =>
        [.. networks.GroupBy(network => network.Length).Select(level => new Level(
            AddressValue.Mask(level.Key), [.. level.Select(network => network.Bits & AddressValue.Mask(level.Key)).Distinct().Order()]))];

    /// <summary>The networks of one length, in order: most lists are short, and comparing is cheaper than hashing.</summary>
    private sealed class Level(UInt128 mask, UInt128[] networks)
    {
        public UInt128 Mask => mask;

        public bool Contains(UInt128 network)
        {
            int low = 0;
            int high = networks.Length - 1;
            while (low <= high)
            {
                int middle = (low + high) >> 1;
                if (networks[middle] == network)
                    return true;
                if (networks[middle] < network)
                    low = middle + 1;
                else
                    high = middle - 1;
            }

            return false;
        }
    }
}
