using System.Net;
using CsCheck;
using Microsoft.Extensions.Time.Testing;
using Rcmgr.Tests.Admission;
using static Rcmgr.Tests.Admission.AdmissionManagers;

namespace Rcmgr.Tests.Explaining;

/// <summary>After any history of connections, what is said of an address is what becomes of it, to the last number.</summary>
public sealed class ExplainAddressPropertyTests
{
    private static readonly string?[] Addresses =
        [null, "192.0.2.1", "192.0.2.2", "192.0.3.1", "::ffff:192.0.2.1", "2001:db8::1", "2001:db8:0:1::1", "10.0.0.1", "127.0.0.1", "198.51.100.1"];

    private static readonly Gen<long> Connections = Gen.OneOf(Gen.Const(ResourceLimits.Unlimited), Gen.Long[0, 4]);

    private static readonly Gen<ConnectionRate> Rates =
        Gen.OneOf(Gen.Const(ConnectionRate.Unlimited), Gen.Select(Gen.OneOf(0.1, 1 / 3.0, 2, 1e6), Gen.Long[0, 5], (perSecond, burst) => new ConnectionRate(perSecond, burst)));

    private static readonly Gen<ConnectionLimits> Limits =
        Gen.Select(Connections.Array[5], Rates.Array[6], Gen.Bool, Gen.Bool, (counts, rates, outbound, networks) => new ConnectionLimits
        {
            SubnetsIPv4 = [new(32, counts[0]), new(24, counts[1])],
            SubnetsIPv6 = [new(64, counts[2]), new(48, counts[3])],
            RatesIPv4 = [new(32, rates[0]), new(16, rates[1])],
            RatesIPv6 = [new(64, rates[2]), new(32, rates[3])],
            Networks = networks ? [new(IPNetwork.Parse("10.0.0.0/8"), counts[4])] : [],
            NetworkRates = networks ? [new(IPNetwork.Parse("10.0.0.0/8"), rates[4]), new(IPNetwork.Parse("10.0.0.0/24"), rates[5])] : [],
            GlobalRate = rates[5],
            IncludeOutbound = outbound,
        });

    [Fact]
    public void The_explanation_and_the_connection_agree() =>
        Gen.Select(Limits, Gen.Select(Gen.Int[0, Addresses.Length - 1], Gen.Int[0, 3], Gen.Double[0, 2]).Array[1, 40]).Sample((limits, steps) =>
        {
            FakeTimeProvider time = new();
            using ResourceManager manager = CreateLimited(limits, time, Listing(Network("198.51.100.0/24")));
            List<ConnectionScope> open = [];
            foreach ((int index, int what, double wait) in steps)
            {
                IPAddress? address = Addresses[index] is { } text ? Ip(text) : null;
                Direction direction = what == 0 ? Direction.Outbound : Direction.Inbound;
                Explanation explanation = manager.Explain(ResourceOperation.OpenConnection(direction, false, address));
                bool opened = manager.TryOpenConnection(direction, false, address, out ConnectionScope? connection, out Refusal refusal);

                Assert.Equal((opened, refusal), (explanation.IsAdmitted, explanation.Refusal));
                Assert.Equal(refusal.RetryAfter, explanation.Refusal.RetryAfter);
                if (!opened)
                    Assert.Equal(refusal, explanation.Addresses.First(limit => limit.Refuses).Refusal);
                if (connection is not null)
                    open.Add(connection);
                if (what == 3)
                    open.ForEach(scope => scope.Dispose());
                time.Advance(TimeSpan.FromSeconds(wait));
            }
        }, iter: 1_000);

    [Fact]
    public void What_is_left_of_a_bucket_is_what_can_be_taken_and_the_next_token_comes_when_it_is_told() =>
        Gen.Select(Gen.OneOf(0.1, 1 / 3.0, 2, 7.7), Gen.Long[1, 9], Gen.Int[0, 9], Gen.Double[0, 30]).Sample((perSecond, burst, taken, wait) =>
        {
            FakeTimeProvider time = new();
            using ResourceManager manager = CreateLimited(ConnectionLimits.None with { RatesIPv4 = [new(32, new(perSecond, burst))] }, time);
            manager.Knock(Ip("192.0.2.1"), taken);
            time.Advance(TimeSpan.FromSeconds(wait));

            ExplainedAddressLimit before = Peek(manager);
            if (before.NextIn is { } next)
            {
                time.Advance(next - TimeSpan.FromTicks(1));
                Assert.Equal(before.Current, Peek(manager).Current);
                time.Advance(TimeSpan.FromTicks(1));
                Assert.Equal(before.Current - 1, Peek(manager).Current);
            }

            long left = burst - Peek(manager).Current;
            Assert.Equal(left, manager.Knock(Ip("192.0.2.1"), 20));
        }, iter: 1_000);

    private static ExplainedAddressLimit Peek(ResourceManager manager) =>
        Assert.Single(manager.Explain(ResourceOperation.OpenConnection(Direction.Inbound, false, Ip("192.0.2.1"))).Addresses);
}
