using System.Globalization;
using System.Net;

namespace Rcmgr;

/// <summary>Says what is wrong with limits by address, naming the member and the value.</summary>
internal static class ConnectionLimitsCheck
{
    private const double SlowestRate = 1e-6;
    private const double FastestRate = 1e9;
    private const double LongestRefill = 100.0 * 365 * 24 * 3600;

    /// <exception cref="ArgumentException">The limits cannot be what was meant.</exception>
    public static void ThrowIfInvalid(ConnectionLimits limits)
    {
        Subnets(nameof(limits.SubnetsIPv4), limits.SubnetsIPv4, isIPv4: true);
        Subnets(nameof(limits.SubnetsIPv6), limits.SubnetsIPv6, isIPv4: false);
        Rates(nameof(limits.RatesIPv4), limits.RatesIPv4, isIPv4: true);
        Rates(nameof(limits.RatesIPv6), limits.RatesIPv6, isIPv4: false);
        Networks(nameof(limits.Networks), limits.Networks, limit => limit.Network, limits.ExemptLoopback);
        Networks(nameof(limits.NetworkRates), limits.NetworkRates, rate => rate.Network, limits.ExemptLoopback);
        foreach (NetworkLimit limit in limits.Networks)
            Connections(nameof(limits.Networks), limit.Connections);
        foreach (NetworkRate rate in limits.NetworkRates)
            Rate(nameof(limits.NetworkRates), rate.Rate);
        Rate(nameof(limits.GlobalRate), limits.GlobalRate);
    }

    private static void Subnets(string member, IReadOnlyList<SubnetLimit> subnets, bool isIPv4)
    {
        Lengths(member, subnets, limit => limit.PrefixLength, isIPv4);
        foreach (SubnetLimit limit in subnets)
            Connections(member, limit.Connections);
    }

    private static void Rates(string member, IReadOnlyList<SubnetRate> rates, bool isIPv4)
    {
        Lengths(member, rates, rate => rate.PrefixLength, isIPv4);
        foreach (SubnetRate rate in rates)
            Rate(member, rate.Rate);
    }

    private static void Lengths<T>(string member, IReadOnlyList<T> rules, Func<T, int> lengthOf, bool isIPv4)
    {
        int longest = AddressValue.MaxPrefixLength(isIPv4);
        HashSet<int> seen = [];
        NotNull(member, rules);
        foreach (int length in rules.Select(lengthOf))
        {
            if (length < 0 || length > longest)
                Throw(member, $"the prefix length {length} is not one of {(isIPv4 ? "an IPv4" : "an IPv6")} address: 0 to {longest}.");
            if (!seen.Add(length))
                Throw(member, $"the prefix length {length} is there twice.");
        }
    }

    private static void Networks<T>(string member, IReadOnlyList<T> rules, Func<T, IPNetwork> networkOf, bool exemptsLoopback)
    {
        HashSet<AddressPrefix> seen = [];
        NotNull(member, rules);
        foreach (IPNetwork network in rules.Select(networkOf))
        {
            AddressPrefix prefix = AddressPrefix.Of(CanonicalAddress.Of(network));
            if (!seen.Add(prefix))
                Throw(member, $"the network {network} is there twice.");
            if (exemptsLoopback && prefix.IsLoopback)
                Throw(member, $"the network {network} is loopback, which is exempt unless ExemptLoopback is false.");
        }
    }

    private static void NotNull<T>(string member, IReadOnlyList<T> rules)
    {
        if (rules is null || rules.Any(rule => rule is null))
            Throw(member, $"the list or one of its entries is null.");
    }

    private static void Connections(string member, long connections)
    {
        if (connections < 0)
            Throw(member, $"{connections} connections are less than none.");
    }

    private static void Rate(string member, ConnectionRate rate)
    {
        if (!(rate.PerSecond is 0 or (>= SlowestRate and <= FastestRate)))
            Throw(member, $"{rate.PerSecond} a second is neither 0, for no limit, nor in the range from {SlowestRate} to {FastestRate}.");
        if (rate.Burst < 0)
            Throw(member, $"a burst of {rate.Burst} is less than none.");
        if (!rate.IsUnlimited && rate.Burst / rate.PerSecond > LongestRefill)
            Throw(member, $"a burst of {rate.Burst} at {rate.PerSecond} a second takes more than a hundred years to come back.");
    }

    private static void Throw(string member, FormattableString problem) =>
        throw new ArgumentException($"{nameof(ConnectionLimits)}.{member}: {problem.ToString(CultureInfo.InvariantCulture)}");
}
