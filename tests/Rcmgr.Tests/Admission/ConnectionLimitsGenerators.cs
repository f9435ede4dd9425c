using System.Net;
using CsCheck;

namespace Rcmgr.Tests.Admission;

/// <summary>Random limits by address that can be meant, with the words and the edge numbers more often than chance would have them.</summary>
internal static class ConnectionLimitsGenerators
{
    private static readonly Gen<long> Counts =
        Gen.OneOf(Gen.OneOf(0L, 1, ResourceLimits.Unlimited, int.MaxValue, 1L << 53), Gen.Long[0, 5000], Gen.Long[0, long.MaxValue]);

    private static readonly Gen<ConnectionRate> Rates = Gen.OneOf(
        Gen.Const(ConnectionRate.Unlimited),
        Gen.Select(Gen.OneOf(1e-6, 0.2, 1 / 3.0, 1e9), Gen.Long[0, 3000]).Select((perSecond, burst) => new ConnectionRate(perSecond, burst)),
        Gen.Select(Gen.Double[0.001, 1e6], Gen.Long[0, 100_000]).Select((perSecond, burst) => new ConnectionRate(perSecond, burst)),
        Gen.Long[0, 9].Select(burst => new ConnectionRate(0, burst)),
        Gen.Const(new ConnectionRate(5, long.MaxValue)));

    private static readonly Gen<IPNetwork> Networks = Gen.Select(Gen.Byte.Array[16], Gen.Int[0, 128], Gen.Int[0, 3]).Select((bytes, length, kind) => kind switch
    {
        0 => IPNetwork.Parse("::ffff:10.0.0.0/104"),
        1 => AddressPrefix.Of(AddressValue.Of(new IPAddress(bytes.AsSpan(0, 4))), length % 33).ToNetwork(),
        _ => AddressPrefix.Of(AddressValue.Of(new IPAddress(bytes)), length).ToNetwork(),
    });

    public static Gen<ConnectionLimits> All { get; } =
        from subnets4 in Subnets(32, Counts)
        from subnets6 in Subnets(128, Counts)
        from rates4 in Subnets(32, Rates)
        from rates6 in Subnets(128, Rates)
        from networks in Gen.Select(Networks, Counts).Array[0, 4]
        from networkRates in Gen.Select(Networks, Rates).Array[0, 4]
        from global in Rates
        from flags in Gen.Bool
        from loopback in Gen.Bool
        let limits = new ConnectionLimits
        {
            SubnetsIPv4 = [.. subnets4.Select(limit => new SubnetLimit(limit.Length, limit.Value))],
            SubnetsIPv6 = [.. subnets6.Select(limit => new SubnetLimit(limit.Length, limit.Value))],
            RatesIPv4 = [.. rates4.Select(rate => new SubnetRate(rate.Length, rate.Value))],
            RatesIPv6 = [.. rates6.Select(rate => new SubnetRate(rate.Length, rate.Value))],
            Networks = [.. networks.Select(limit => new NetworkLimit(limit.Item1, limit.Item2))],
            NetworkRates = [.. networkRates.Select(rate => new NetworkRate(rate.Item1, rate.Item2))],
            GlobalRate = global,
            IncludeOutbound = flags,
            ExemptLoopback = loopback,
        }
        where !ConnectionLimitsCheck.Find(limits).Any()
        select limits;

    private static Gen<IEnumerable<(int Length, T Value)>> Subnets<T>(int longest, Gen<T> value) =>
        Gen.Select(Gen.Int[0, longest], value).Array[0, 4].Select(rules => rules.DistinctBy(rule => rule.Item1));
}
