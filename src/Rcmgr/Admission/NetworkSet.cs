namespace Rcmgr;

/// <summary>
/// Whether an address lies in any of many networks, in time that grows with the number of different prefix lengths and not of
/// networks. Immutable.
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
            if (level.Networks.Contains(address.Bits & level.Mask))
                return true;
        }

        return false;
    }

    private static Level[] Levels(IEnumerable<AddressPrefix> networks) =>
        [.. networks.GroupBy(network => network.Length).Select(level => new Level(
            AddressValue.Mask(level.Key), level.Select(network => network.Bits & AddressValue.Mask(level.Key)).ToHashSet()))];

    private readonly record struct Level(UInt128 Mask, HashSet<UInt128> Networks);
}
