using System.Net;

namespace Rcmgr;

/// <summary>The rules of <see cref="ConnectionLimits"/> for single networks as they are asked: most specific first, loopback included.</summary>
internal static class AddressRuleList
{
    private static readonly IPNetwork[] Loopback = [IPNetwork.Parse("127.0.0.0/8"), IPNetwork.Parse("::1/128")];

    public static IEnumerable<AddressRule> Networks(ConnectionLimits limits) => Sort(
        limits,
        nameof(limits.Networks),
        limits.Networks,
        limit => limit.Network,
        (key, limit, prefix) => new AddressRule(RefusalReason.NetworkLimit, key, prefix, null, limit.Connections),
        network => new NetworkLimit(network, ResourceLimits.Unlimited));

    public static IEnumerable<AddressRule> NetworkRates(ConnectionLimits limits) => Sort(
        limits,
        nameof(limits.NetworkRates),
        limits.NetworkRates,
        rate => rate.Network,
        (key, rate, prefix) => new AddressRule(RefusalReason.ConnectionRate, key, prefix, null, rate.Rate.Burst, rate.Rate.PerSecond),
        network => new NetworkRate(network, ConnectionRate.Unlimited));

    private static IEnumerable<AddressRule> Sort<T>(
        ConnectionLimits limits,
        string member,
        IReadOnlyList<T> given,
        Func<T, IPNetwork> networkOf,
        Func<string, T, AddressPrefix, AddressRule> ruleOf,
        Func<IPNetwork, T> exemption)
    {
        bool keepsMapped = limits.Published.HasFlag(PublishedAdmission.MappedStaysIPv6);
        IEnumerable<T> exempt = limits.ExemptLoopback
            ? Loopback.Where(loopback => !given.Any(item => networkOf(item) == loopback)).Select(exemption)
            : [];
        return given.Concat(exempt)
            .Select(item => (Item: item, Network: keepsMapped ? networkOf(item) : CanonicalAddress.Of(networkOf(item))))
            .OrderByDescending(pair => pair.Network.PrefixLength)
            .Select(pair => ruleOf($"ConnectionLimits.{member}[{pair.Network}]", pair.Item, AddressPrefix.Of(pair.Network)));
    }
}
