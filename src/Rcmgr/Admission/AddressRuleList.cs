using System.Net;

namespace Rcmgr;

/// <summary>The rules of <see cref="ConnectionLimits"/> for single networks as they are asked: most specific first.</summary>
internal static class AddressRuleList
{
    public static IEnumerable<AddressRule> Networks(ConnectionLimits limits) => Sort(
        limits,
        nameof(limits.Networks),
        limits.Networks,
        limit => limit.Network,
        (key, limit, prefix) => new AddressRule(RefusalReason.NetworkLimit, $"{key}.Connections", prefix, null, limit.Connections));

    public static IEnumerable<AddressRule> NetworkRates(ConnectionLimits limits) => Sort(
        limits,
        nameof(limits.NetworkRates),
        limits.NetworkRates,
        rate => rate.Network,
        (key, rate, prefix) => new AddressRule(RefusalReason.ConnectionRate, key, prefix, null, rate.Rate.Burst, rate.Rate.PerSecond));

    private static IEnumerable<AddressRule> Sort<T>(
        ConnectionLimits limits,
        string member,
        IReadOnlyList<T> given,
        Func<T, IPNetwork> networkOf,
        Func<string, T, AddressPrefix, AddressRule> ruleOf)
    {
        bool keepsMapped = limits.Published.HasFlag(PublishedAdmission.MappedStaysIPv6);
        return given
            .Select(item => (Item: item, Network: keepsMapped ? networkOf(item) : CanonicalAddress.Of(networkOf(item))))
            .OrderByDescending(pair => pair.Network.PrefixLength)
            .Select(pair => ruleOf($"ConnectionLimits.{member}[{pair.Network}]", pair.Item, AddressPrefix.Of(pair.Network)));
    }
}
