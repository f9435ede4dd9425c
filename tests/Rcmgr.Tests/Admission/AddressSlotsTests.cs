using System.Net;
using CsCheck;
using static Rcmgr.Tests.Admission.AdmissionManagers;

namespace Rcmgr.Tests.Admission;

/// <summary>Counters of subnets and networks against counting by hand, and from many threads at once (specification §5.2).</summary>
public sealed class AddressSlotsTests
{
    // Few bits vary, so that addresses share subnets of every length.
    private static readonly Gen<IPAddress> Address = Gen.OneOf(
        Gen.Select(Gen.Int[0, 1], Gen.Int[0, 1], Gen.Int[0, 3], (a, b, c) => Ip(0x0a000000u | ((uint)a << 16) | ((uint)b << 8) | (uint)c)),
        Gen.Select(Gen.Int[0, 1], Gen.Int[0, 1], Gen.Int[0, 2], (a, b, c) => Ip($"2001:db8:{a}:{b}00::{c}")),
        Gen.Int[0, 3].Select(c => Ip($"::ffff:10.0.0.{c}")),
        Gen.OneOf(Ip("127.0.0.1"), Ip("::1"), Ip("fe80::1%4")));

    private static readonly Gen<ConnectionLimits> Limits = Gen.Select(
        Subnets([8, 16, 24, 31, 32]),
        Subnets([0, 32, 48, 56, 64, 128]),
        Gen.Select(Gen.OneOf("10.0.0.0/8", "10.0.1.0/24", "10.0.0.2/32", "2001:db8:1::/48", "2001:db8::/32", "::ffff:10.0.0.0/120", "0.0.0.0/0"), Count)
            .Array[0, 3],
        Gen.Bool,
        (ipv4, ipv6, networks, exemptsLoopback) => ConnectionLimits.None with
        {
            SubnetsIPv4 = ipv4,
            SubnetsIPv6 = ipv6,
            Networks = [.. networks.DistinctBy(network => network.Item1).Select(network => new NetworkLimit(IPNetwork.Parse(network.Item1), network.Item2))],
            ExemptLoopback = exemptsLoopback,
        });

    private static Gen<long> Count => Gen.OneOf(Gen.Long[0, 4], Gen.Const(ResourceLimits.Unlimited));

    [Fact]
    public void Every_decision_is_that_of_counting_by_hand_and_in_the_end_nothing_is_counted() =>
        Gen.Select(Limits, Gen.Select(Address, Gen.Int[0, 3]).Array[1, 80]).Sample((limits, steps) =>
        {
            ResourceManager manager = CreateLimited(limits);
            List<ConnectionScope> open = [];
            foreach ((IPAddress address, int kind) in steps)
            {
                if (kind == 0 && open.Count > 0)
                {
                    open[0].Dispose();
                    open.RemoveAt(0);
                    continue;
                }

                bool expected = IsAdmittedByHand(limits, open, address);
                Assert.Equal(expected, manager.TryOpenConnection(Direction.Inbound, false, address, out ConnectionScope? opened, out _));
                if (opened is not null)
                    open.Add(opened);
            }

            open.ForEach(connection => connection.Dispose());
            Assert.Equal(0, manager.Admission?.HeldSubnets ?? 0);
        }, iter: 2_000);

    [Fact]
    public void Never_above_a_limit_from_many_threads_and_in_the_end_nothing_is_counted() =>
        Gen.Int.Sample(seed =>
        {
            const int Threads = 6;
            ResourceManager manager = CreateLimited(ConnectionLimits.None with
            {
                SubnetsIPv4 = [new(32, 2), new(24, 3)],
                SubnetsIPv6 = [new(64, 2), new(48, 3)],
                Networks = [new(IPNetwork.Parse("10.0.0.0/8"), 4)],
            });
            Tally[] tallies = [new("192.0.2.0/24", 3), new("2001:db8::/48", 3), new("10.0.0.0/8", 4)];
            Thread[] threads = [.. Enumerable.Range(0, Threads).Select(index => new Thread(() => Work(manager, tallies, new Random(seed + index))))];
            Array.ForEach(threads, thread => thread.Start());
            Array.ForEach(threads, thread => thread.Join());

            Assert.All(tallies, tally => Assert.True(tally.Most <= tally.Limit, $"seed {seed}: {tally.Most} of {tally.Limit} in {tally.Network}"));
            Assert.All(tallies, tally => Assert.Equal(tally.Limit, tally.Most));
            Assert.Equal(0, manager.Admission!.HeldSubnets);
            Assert.True(manager.System.Usage.IsZero);
        }, iter: 3, threads: 1);

    private static void Work(ResourceManager manager, Tally[] tallies, Random random)
    {
        Queue<(Tally, ConnectionScope)> open = new();
        for (int i = 0; i < 20_000; i++)
        {
            int which = random.Next(3);
            IPAddress address = which switch
            {
                0 => Ip(0xc0000200u | (uint)random.Next(3)),
                1 => Ip($"2001:db8:0:{random.Next(3)}::1"),
                _ => Ip(0x0a000000u | (uint)random.Next(9)),
            };
            if (manager.TryOpenConnection(Direction.Inbound, true, address, out ConnectionScope? connection, out _))
            {
                tallies[which].Enter();
                open.Enqueue((tallies[which], connection));
            }

            if (open.Count > random.Next(3))
                Close(open.Dequeue());
        }

        while (open.TryDequeue(out (Tally, ConnectionScope) last))
            Close(last);

        static void Close((Tally Tally, ConnectionScope Connection) last)
        {
            last.Tally.Leave();
            last.Connection.Dispose();
            last.Connection.Dispose();
        }
    }

    private static bool IsAdmittedByHand(ConnectionLimits limits, List<ConnectionScope> open, IPAddress address)
    {
        IPAddress canonical = Canonical(address);
        if (limits.ExemptLoopback && IPAddress.IsLoopback(canonical))
            return true;
        IEnumerable<IPAddress> others = open.Select(connection => Canonical(connection.RemoteAddress!))
            .Where(other => !limits.ExemptLoopback || !IPAddress.IsLoopback(other));
        NetworkLimit[] networks = [.. limits.Networks.OrderByDescending(LengthOf)];
        if (NetworkFor(canonical) is { } network)
            return others.Count(other => ReferenceEquals(NetworkFor(other), network)) < network.Connections;
        IReadOnlyList<SubnetLimit> subnets = canonical.GetAddressBytes().Length == 4 ? limits.SubnetsIPv4 : limits.SubnetsIPv6;
        return subnets.All(subnet =>
            others.Count(other => NetworkFor(other) is null && Text(other, subnet.PrefixLength) == Text(canonical, subnet.PrefixLength)) < subnet.Connections);

        NetworkLimit? NetworkFor(IPAddress of) => networks.FirstOrDefault(limit => Text(of, LengthOf(limit)) == Text(BaseOf(limit), LengthOf(limit)));
    }

    private static IPAddress BaseOf(NetworkLimit limit) => Canonical(limit.Network.BaseAddress);

    private static int LengthOf(NetworkLimit limit) =>
        limit.Network.BaseAddress.IsIPv4MappedToIPv6 ? limit.Network.PrefixLength - 96 : limit.Network.PrefixLength;

    private static IPAddress Canonical(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;

    // The family and the first bits, spelled out.
    private static string Text(IPAddress address, int length)
    {
        byte[] bytes = address.GetAddressBytes();
        return bytes.Length + ":" + string.Concat(bytes.Select(value => Convert.ToString(value, 2).PadLeft(8, '0')))[..Math.Min(length, bytes.Length * 8)];
    }

    private static Gen<SubnetLimit[]> Subnets(int[] lengths) =>
        Gen.Select(Gen.OneOf(lengths), Count, (length, count) => new SubnetLimit(length, count)).Array[0, 3]
            .Select(limits => limits.DistinctBy(limit => limit.PrefixLength).ToArray());

    private sealed class Tally(string network, int limit)
    {
        private int _now;
        private int _most;

        public string Network => network;

        public int Limit => limit;

        public int Most => _most;

        public void Enter()
        {
            int now = Interlocked.Increment(ref _now);
            for (int most = _most; now > most; most = _most)
                Interlocked.CompareExchange(ref _most, now, most);
        }

        public void Leave() => Interlocked.Decrement(ref _now);
    }
}
