using System.Net;

namespace Rcmgr;

/// <summary>What a text says of limits by address, to be laid over what it leaves out.</summary>
internal sealed class ConnectionLimitsOverlay
{
    /// <summary>What is left out comes from here; null when the text names no profile.</summary>
    public ConnectionLimits? Profile { get; set; }

    public int PeersPerAddress { get; set; } = 1;

    public List<SubnetLimit> SubnetsIPv4 { get; } = [];

    public List<SubnetLimit> SubnetsIPv6 { get; } = [];

    public List<NetworkLimit> Networks { get; } = [];

    public List<SubnetRate> RatesIPv4 { get; } = [];

    public List<SubnetRate> RatesIPv6 { get; } = [];

    public List<NetworkRate> NetworkRates { get; } = [];

    public ConnectionRate? GlobalRate { get; set; }

    public bool? ExemptLoopback { get; set; }

    public bool? IncludeOutbound { get; set; }

    public ConnectionLimits Over(ConnectionLimits defaults)
    {
        ConnectionLimits below = Profile ?? defaults;
        if (PeersPerAddress > 1)
            below = below.WithPeersPerAddress(PeersPerAddress);
        return below with
        {
            SubnetsIPv4 = Lay(SubnetsIPv4, below.SubnetsIPv4, limit => limit.PrefixLength),
            SubnetsIPv6 = Lay(SubnetsIPv6, below.SubnetsIPv6, limit => limit.PrefixLength),
            Networks = Lay(Networks, below.Networks, limit => KeyOf(limit.Network)),
            RatesIPv4 = Lay(RatesIPv4, below.RatesIPv4, rate => rate.PrefixLength),
            RatesIPv6 = Lay(RatesIPv6, below.RatesIPv6, rate => rate.PrefixLength),
            NetworkRates = Lay(NetworkRates, below.NetworkRates, rate => KeyOf(rate.Network)),
            GlobalRate = GlobalRate ?? below.GlobalRate,
            ExemptLoopback = ExemptLoopback ?? below.ExemptLoopback,
            IncludeOutbound = IncludeOutbound ?? below.IncludeOutbound,
        };
    }

    private static AddressPrefix KeyOf(IPNetwork network) => AddressPrefix.Of(CanonicalAddress.Of(network));

    /// <summary>The rules below, each replaced by the written one of its key, then the other written ones. One that is written twice stays so.</summary>
    private static IReadOnlyList<T> Lay<T, TKey>(List<T> written, IReadOnlyList<T> below, Func<T, TKey> keyOf)
        where TKey : notnull
    {
        if (written.Count == 0)
            return below;
        ILookup<TKey, T> byKey = written.ToLookup(keyOf);
        HashSet<TKey> replaced = [.. below.Select(keyOf)];
        return [.. below.SelectMany(rule => byKey[keyOf(rule)].DefaultIfEmpty(rule)), .. written.Where(rule => !replaced.Contains(keyOf(rule)))];
    }
}
