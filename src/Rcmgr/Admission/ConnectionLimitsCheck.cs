using System.Globalization;
using System.Net;

namespace Rcmgr;

/// <summary>What is wrong with limits by address.</summary>
/// <param name="Member">The member of <see cref="ConnectionLimits"/>.</param>
/// <param name="Entry">The entry of it, as the JSON form names it; null for the whole member.</param>
/// <param name="Error">What kind of fault it is.</param>
/// <param name="Message">The fault in words, naming the value.</param>
internal sealed record ConnectionLimitsFault(string Member, string? Entry, LimitsFormatError Error, string Message);

/// <summary>Says what is wrong with limits by address, naming the member and the value.</summary>
internal static class ConnectionLimitsCheck
{
    private const double SlowestRate = 1e-6;
    private const double FastestRate = 1e9;
    private const double LongestRefill = 100.0 * 365 * 24 * 3600;

    /// <exception cref="ArgumentException">The limits cannot be what was meant.</exception>
    public static void ThrowIfInvalid(ConnectionLimits limits)
    {
        if (Find(limits).FirstOrDefault() is { } fault)
            throw new ArgumentException($"{nameof(ConnectionLimits)}.{fault.Member}: {fault.Message}.");
    }

    public static IEnumerable<ConnectionLimitsFault> Find(ConnectionLimits limits) =>
    [
        .. Subnets(nameof(limits.SubnetsIPv4), limits.SubnetsIPv4, isIPv4: true),
        .. Subnets(nameof(limits.SubnetsIPv6), limits.SubnetsIPv6, isIPv4: false),
        .. Rates(nameof(limits.RatesIPv4), limits.RatesIPv4, isIPv4: true),
        .. Rates(nameof(limits.RatesIPv6), limits.RatesIPv6, isIPv4: false),
        .. Networks(
            nameof(limits.Networks), limits.Networks, limit => limit.Network, limits.ExemptLoopback,
            limit => Connections(nameof(limits.Networks), limit.Network.ToString(), limit.Connections)),
        .. Networks(
            nameof(limits.NetworkRates), limits.NetworkRates, rate => rate.Network, limits.ExemptLoopback,
            rate => Rate(nameof(limits.NetworkRates), rate.Network.ToString(), rate.Rate)),
        .. Rate(nameof(limits.GlobalRate), null, limits.GlobalRate),
    ];

    /// <summary>What is wrong with a prefix length; null when nothing is.</summary>
    public static string? DescribeLength(int length, bool isIPv4)
    {
        int longest = AddressValue.MaxPrefixLength(isIPv4);
        string family = isIPv4 ? "an IPv4" : "an IPv6";
        return length >= 0 && length <= longest
            ? null
            : string.Create(CultureInfo.InvariantCulture, $"the prefix length {length} is not one of {family} address: 0 to {longest}");
    }

    private static IEnumerable<ConnectionLimitsFault> Subnets(string member, IReadOnlyList<SubnetLimit> subnets, bool isIPv4) =>
        Lengths(member, subnets, limit => limit.PrefixLength, isIPv4, (limit, entry) => Connections(member, entry, limit.Connections));

    private static IEnumerable<ConnectionLimitsFault> Rates(string member, IReadOnlyList<SubnetRate> rates, bool isIPv4) =>
        Lengths(member, rates, rate => rate.PrefixLength, isIPv4, (rate, entry) => Rate(member, entry, rate.Rate));

    private static IEnumerable<ConnectionLimitsFault> Lengths<T>(
        string member, IReadOnlyList<T> rules, Func<T, int> lengthOf, bool isIPv4, Func<T, string, IEnumerable<ConnectionLimitsFault>> others)
    {
        HashSet<int> seen = [];
        if (NullIn(member, rules) is { } isNull)
        {
            yield return isNull;
            yield break;
        }

        foreach (T rule in rules)
        {
            int length = lengthOf(rule);
            string entry = ConnectionLimitsNames.OfLength(length);
            if (DescribeLength(length, isIPv4) is string outOfRange)
                yield return Range(member, entry, $"{outOfRange}");
            if (!seen.Add(length))
                yield return Twice(member, entry, $"the prefix length {length} is there twice");
            foreach (ConnectionLimitsFault other in others(rule, entry))
                yield return other;
        }
    }

    private static IEnumerable<ConnectionLimitsFault> Networks<T>(
        string member, IReadOnlyList<T> rules, Func<T, IPNetwork> networkOf, bool exemptsLoopback, Func<T, IEnumerable<ConnectionLimitsFault>> others)
    {
        HashSet<AddressPrefix> seen = [];
        if (NullIn(member, rules) is { } isNull)
        {
            yield return isNull;
            yield break;
        }

        foreach (T rule in rules)
        {
            IPNetwork network = networkOf(rule);
            AddressPrefix prefix = AddressPrefix.Of(CanonicalAddress.Of(network));
            if (!seen.Add(prefix))
                yield return Twice(member, network.ToString(), $"the network {network} is there twice");
            if (exemptsLoopback && prefix.IsLoopback)
            {
                yield return new(
                    member,
                    network.ToString(),
                    LimitsFormatError.NoEffect,
                    $"the network {network} is loopback, which is exempt unless ExemptLoopback is false");
            }

            foreach (ConnectionLimitsFault other in others(rule))
                yield return other;
        }
    }

    private static ConnectionLimitsFault? NullIn<T>(string member, IReadOnlyList<T> rules) =>
        rules is null || rules.Any(rule => rule is null) ? new(member, null, LimitsFormatError.Null, "the list or one of its entries is null") : null;

    private static IEnumerable<ConnectionLimitsFault> Connections(string member, string? entry, long connections)
    {
        if (connections < 0)
            yield return Range(member, entry, $"{connections} connections are less than none");
    }

    private static IEnumerable<ConnectionLimitsFault> Rate(string member, string? entry, ConnectionRate rate)
    {
        if (!(rate.PerSecond is 0 or (>= SlowestRate and <= FastestRate)))
            yield return Range(member, entry, $"{rate.PerSecond} a second is neither 0, for no limit, nor in the range from {SlowestRate} to {FastestRate}");
        else if (rate.Burst < 0)
            yield return Range(member, entry, $"a burst of {rate.Burst} is less than none");
        else if (!rate.IsUnlimited && rate.Burst / rate.PerSecond > LongestRefill)
            yield return Range(member, entry, $"a burst of {rate.Burst} at {rate.PerSecond} a second takes more than a hundred years to come back");
    }

    private static ConnectionLimitsFault Range(string member, string? entry, FormattableString message) =>
        new(member, entry, LimitsFormatError.Range, FormattableString.Invariant(message));

    private static ConnectionLimitsFault Twice(string member, string? entry, FormattableString message) =>
        new(member, entry, LimitsFormatError.Duplicate, FormattableString.Invariant(message));
}
