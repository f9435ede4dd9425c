using System.Net;
using CsCheck;
using Microsoft.Extensions.Time.Testing;
using static Rcmgr.Tests.Admission.AdmissionManagers;

namespace Rcmgr.Tests.Admission;

/// <summary>Rates of networks, subnets and everybody against counting by hand, from many threads, and sprayed (specification §5.4).</summary>
public sealed class AddressRatesTests
{
    private static readonly Gen<IPAddress> Address = Gen.OneOf(
        Gen.Select(Gen.Int[0, 1], Gen.Int[0, 2], (b, c) => Ip(0x0a000000u | ((uint)b << 16) | (uint)c)),
        Gen.Select(Gen.Int[0, 1], Gen.Int[0, 2], (b, c) => Ip($"2001:db8:0:{b}00::{c}")),
        Gen.OneOf(Ip("::ffff:10.0.0.1"), Ip("127.0.0.1")));

    private static readonly Gen<ConnectionRate> Rate =
        Gen.Select(Gen.OneOf(0, 0.2, 0.5, 1.0, 3.0), Gen.Long[0, 4], (perSecond, burst) => new ConnectionRate(perSecond, burst));

    private static readonly Gen<ConnectionLimits> Limits = Gen.Select(
        Rates([8, 24, 32]),
        Rates([32, 56, 128]),
        Gen.Select(Gen.OneOf("10.0.0.0/8", "10.1.0.0/16", "2001:db8::/48", "10.0.0.1/32"), Rate).Array[0, 3],
        Rate,
        (ipv4, ipv6, networks, global) => ConnectionLimits.None with
        {
            RatesIPv4 = ipv4,
            RatesIPv6 = ipv6,
            NetworkRates = [.. networks.DistinctBy(network => network.Item1).Select(network => new NetworkRate(IPNetwork.Parse(network.Item1), network.Item2))],
            GlobalRate = global,
        });

    [Fact]
    public void Every_decision_is_that_of_buckets_kept_for_ever() =>
        Gen.Select(Limits, Gen.Select(Address, Gen.Int[0, 1500]).Array[1, 120]).Sample((limits, steps) =>
        {
            FakeTimeProvider time = new();
            ResourceManager manager = CreateLimited(limits, time);
            ByHand byHand = new(limits);
            int milliseconds = 0;
            foreach ((IPAddress address, int pause) in steps)
            {
                int wait = pause > 1000 ? pause - 1000 : 0;
                milliseconds += wait;
                time.Advance(TimeSpan.FromMilliseconds(wait));
                Assert.Equal(byHand.IsAdmitted(address, milliseconds), manager.Knock(address, 1) == 1);
            }
        }, iter: 1_000);

    [Fact]
    public void From_many_threads_exactly_the_burst_gets_through() =>
        Gen.Int.Sample(seed =>
        {
            ResourceManager manager = CreateLimited(ConnectionLimits.None with
            {
                RatesIPv4 = [new(32, new(1, 50))],
                NetworkRates = [new(IPNetwork.Parse("10.0.0.0/8"), new(1, 70))],
                GlobalRate = new(1, 130),
            });
            int single = 0, network = 0, others = 0;
            Parallel.For(0, 6, worker =>
            {
                Random random = new(seed + worker);
                for (int i = 0; i < 3_000; i++)
                {
                    Interlocked.Add(ref single, manager.Knock(Ip(0xc0000201u), 1));
                    Interlocked.Add(ref network, manager.Knock(Ip(0x0a000000u | (uint)random.Next(1 << 20)), 1));
                    Interlocked.Add(ref others, manager.Knock(Ip(0xc6000000u | (uint)random.Next(1 << 20)), 1));
                }
            });

            Assert.True((single, network) is ( <= 50, 70), $"seed {seed}: {single} and {network}");
            Assert.Equal(130, single + others);
        }, iter: 3, threads: 1);

    [Fact]
    public void Half_a_million_sprayed_subnets_stay_within_the_table_and_refuse_nobody_honest()
    {
        FakeTimeProvider time = new();
        ResourceManager manager = CreateLimited(ConnectionLimits.Default, time);
        IPAddress abuser = Ip("198.51.100.1");
        IPAddress honest = Ip("2001:db8:aaaa:100::7");
        Assert.Equal(16, manager.Knock(abuser, 100));
        Assert.Equal(3, manager.Knock(honest, 3));

        byte[] bytes = new byte[16];
        bytes[0] = 0x20;
        for (int i = 0; i < 500_000; i++)
        {
            (bytes[1], bytes[4], bytes[5], bytes[6], bytes[15]) = ((byte)(i >> 18), (byte)(i >> 12), (byte)(i >> 4), (byte)(i << 4), (byte)i);
            Assert.Equal(1, manager.Knock(new IPAddress(bytes), 1));
        }

        Assert.InRange(manager.Admission!.RememberedRates, 1, AddressLimiter.Capacity);
        Assert.Equal(0, manager.Knock(abuser, 1));
        Assert.InRange(manager.Knock(honest, 100), 13, 16);
        Assert.Equal(0, manager.Admission.HeldSubnets);
    }

    [Fact]
    public void Addresses_sprayed_in_one_subnet_share_its_buckets()
    {
        ResourceManager manager = CreateLimited(ConnectionLimits.Default);
        int admitted = 0;
        for (uint i = 0; i < 100_000; i++)
            admitted += manager.Knock(Ip($"2001:db8:0:{i % 256:x}:{i / 256:x}::1"), 1);

        Assert.Equal(16, admitted);
        Assert.Equal(2, manager.Admission!.RememberedRates);

        for (uint i = 0; i < 100_000; i++)
            admitted += manager.Knock(Ip($"2001:db8:0:{i % 65536:x}::1"), 1);
        Assert.Equal(80, admitted);
        Assert.InRange(manager.Admission.RememberedRates, 2, 257);
    }

    private static Gen<SubnetRate[]> Rates(int[] lengths) =>
        Gen.Select(Gen.OneOf(lengths), Rate, (length, rate) => new SubnetRate(length, rate)).Array[0, 3]
            .Select(rates => rates.DistinctBy(rate => rate.PrefixLength).ToArray());

    /// <summary>Tokens in ten-thousandths, of which all rates of these tests bring whole numbers in a millisecond.</summary>
    private sealed class ByHand(ConnectionLimits limits)
    {
        private const long Token = 10_000;

        private readonly Dictionary<string, (long Tokens, int At)> _buckets = [];

        public bool IsAdmitted(IPAddress address, int now)
        {
            IPAddress canonical = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
            if (IPAddress.IsLoopback(canonical))
                return true;
            NetworkRate[] networks = [.. limits.NetworkRates.Where(rate => rate.Network.Contains(canonical)).OrderByDescending(rate => rate.Network.PrefixLength)];
            if (networks.Length > 0)
                return networks.All(rate => TryTake($"network {rate.Network}", rate.Rate, now));
            bool isIPv4 = canonical.GetAddressBytes().Length == 4;
            return (isIPv4 ? limits.RatesIPv4 : limits.RatesIPv6).OrderByDescending(rate => rate.PrefixLength)
                    .All(rate => TryTake($"{AddressPrefix.Of(AddressValue.Of(canonical), rate.PrefixLength)}", rate.Rate, now))
                && TryTake("everybody", limits.GlobalRate, now);
        }

        private bool TryTake(string name, ConnectionRate rate, int now)
        {
            if (rate.PerSecond == 0)
                return true;
            long most = rate.Burst * Token;
            (long tokens, int at) = _buckets.GetValueOrDefault(name, (most, now));
            tokens = Math.Min(most, tokens + ((now - at) * (long)Math.Round(rate.PerSecond * 10)));
            bool taken = tokens >= Token;
            _buckets[name] = (taken ? tokens - Token : tokens, now);
            return taken;
        }
    }
}
