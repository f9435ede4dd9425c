using System.Net;
using CsCheck;
using Microsoft.Extensions.Time.Testing;
using static Rcmgr.Tests.Accounting.TestManagers;
using static Rcmgr.Tests.Admission.AdmissionManagers;

namespace Rcmgr.Tests.Admission;

/// <summary>Whatever happened before, the rules in force count what is open and not exempt, no more and no less.</summary>
public sealed class ApplyConnectionLimitsPropertyTests
{
    private static readonly string[] Addresses = ["192.0.2.1", "192.0.2.2", "192.0.3.1", "10.0.0.1", "10.0.1.1", "2001:db8::1", "2001:db8:0:1::1", "127.0.0.1", "198.51.100.1"];

    private static readonly Gen<ConnectionLimits> Limits =
        Gen.Select(Gen.OneOf(Gen.Const(ResourceLimits.Unlimited), Gen.Long[0, 6]).Array[5], Gen.Bool, Gen.Bool, Gen.Bool, (counts, outbound, loopback, networks) =>
            ConnectionLimits.None with
            {
                SubnetsIPv4 = [new(32, counts[0]), new(24, counts[1])],
                SubnetsIPv6 = [new(64, counts[2]), new(48, counts[3])],
                Networks = networks ? [new(IPNetwork.Parse("10.0.0.0/8"), counts[4]), new(IPNetwork.Parse("10.0.0.0/24"), counts[0])] : [],
                IncludeOutbound = outbound,
                ExemptLoopback = loopback,
            });

    [Fact]
    public void After_any_history_the_counts_are_those_of_a_manager_that_had_the_rules_from_the_start() =>
        Gen.Select(Limits.Array[1, 4], Gen.Select(Gen.Int[0, 9], Gen.Int[0, Addresses.Length - 1], Gen.Bool).Array[0, 60]).Sample((rules, steps) =>
        {
            using ResourceManager manager = Create(rules[0]);
            List<ConnectionScope> open = [];
            int next = 0;
            foreach ((int what, int address, bool inbound) in steps)
            {
                Direction direction = inbound ? Direction.Inbound : Direction.Outbound;
                if (what == 0)
                    manager.ApplyConnectionLimits(rules[next++ % rules.Length]);
                else if (what <= 3 && open.Count > 0)
                    Close(open, address % open.Count);
                else if (manager.TryOpenConnection(direction, false, Ip(Addresses[address]), out ConnectionScope? connection, out _))
                    open.Add(connection);
            }

            ConnectionLimits last = rules[^1];
            manager.ApplyConnectionLimits(last);
            foreach (string address in Addresses)
                Assert.Equal(Expected(last, open, Ip(address)), Held(manager, Ip(address)));
            while (open.Count > 0)
                Close(open, 0);
            Assert.Equal(0, manager.Admission?.HeldSubnets ?? 0);
        }, iter: 2_000);

    [Fact]
    public void Opening_and_closing_from_many_threads_while_the_rules_change_loses_no_slot() =>
        Gen.Int.Sample(seed =>
        {
            using ResourceManager manager = Create(ConnectionLimits.None);
            ConnectionLimits[] rules =
            [
                ConnectionLimits.None,
                ConnectionLimits.None with { SubnetsIPv4 = [new(32, 2)], IncludeOutbound = true },
                ConnectionLimits.None with { SubnetsIPv4 = [new(24, 3)], Networks = [new(IPNetwork.Parse("10.0.0.0/8"), 1)] },
            ];
            Parallel.For(0, 4, worker =>
            {
                Random random = new(seed + worker);
                for (int i = 0; i < 1_000; i++)
                {
                    if (random.Next(20) == 0)
                        manager.ApplyConnectionLimits(random.GetItems(rules, 1)[0]);
                    IPAddress address = Ip(Addresses[random.Next(4)]);
                    if (manager.TryOpenConnection((Direction)random.Next(2), false, address, out ConnectionScope? connection, out _))
                        connection.Dispose();
                }
            });

            Assert.Empty(manager.ApplyConnectionLimits(ConnectionLimits.None with { SubnetsIPv4 = [new(0, 0)], IncludeOutbound = true }).Over);
            Assert.Equal(0, manager.Admission!.HeldSubnets);
            manager.AssertEmpty();
        }, iter: 3, threads: 1);

    /// <summary>What one address's rules count, narrowest first, from the connections that are open.</summary>
    private static IEnumerable<long> Expected(ConnectionLimits limits, List<ConnectionScope> open, IPAddress address)
    {
        AddressValue value = AddressValue.Of(address);
        if (value.IsLoopback && limits.ExemptLoopback)
            return [];
        List<AddressPrefix> groups = [];
        NetworkLimit? network = limits.Networks.OrderByDescending(rule => rule.Network.PrefixLength).FirstOrDefault(rule => rule.Network.Contains(address));
        if (network is { Connections: ResourceLimits.Unlimited })
            return [];
        if (network is not null)
            groups.Add(AddressPrefix.Of(network.Network));
        else
        {
            groups.AddRange((value.IsIPv4 ? limits.SubnetsIPv4 : limits.SubnetsIPv6)
                .Where(rule => rule.Connections != ResourceLimits.Unlimited)
                .Select(rule => AddressPrefix.Of(value, rule.PrefixLength)));
        }

        return groups.Select(group => (long)open.Count(connection =>
            (connection.Direction == Direction.Inbound || limits.IncludeOutbound)
            && group.Contains(AddressValue.Of(connection.RemoteAddress!))
            && IsCountedBy(limits, network, connection.RemoteAddress!)));
    }

    // A connection counts for the smallest network around it, or for its subnets when there is none.
    private static bool IsCountedBy(ConnectionLimits limits, NetworkLimit? network, IPAddress address) =>
        !(limits.ExemptLoopback && AddressValue.Of(address).IsLoopback)
        && limits.Networks.OrderByDescending(rule => rule.Network.PrefixLength).FirstOrDefault(rule => rule.Network.Contains(address)) == network
        && !IsListed(address);

    private static IEnumerable<long> Held(ResourceManager manager, IPAddress address) =>
        manager.Explain(ResourceOperation.OpenConnection(Direction.Inbound, false, address)) switch
        {
            { AddressExemption: AddressExemption.Allowlisted } => manager.Admission!.PeekSlots(AddressValue.Of(address)).Select(rule => rule.Current),
            Explanation explanation => explanation.Addresses.Where(limit => limit.Limit != ResourceLimits.Unlimited).Select(limit => limit.Current),
        };

    private static bool IsListed(IPAddress address) => address.Equals(Ip("198.51.100.1"));

    private static void Close(List<ConnectionScope> open, int index)
    {
        open[index].Dispose();
        open.RemoveAt(index);
    }

    private static ResourceManager Create(ConnectionLimits limits) => new(new ResourceManagerOptions
    {
        Limits = Infinite,
        Allowlist = Listing(Network("198.51.100.0/24")),
        ConnectionLimits = limits,
        ConnectionLimitsMayChange = true,
        TimeProvider = new FakeTimeProvider(),
    });
}
