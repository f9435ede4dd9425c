using CsCheck;
using static Rcmgr.Tests.Accounting.TestManagers;
using static Rcmgr.Tests.Admission.AdmissionManagers;

namespace Rcmgr.Tests.Admission;

/// <summary>The slot of an address comes back exactly once, however its connection ends.</summary>
public sealed class SlotLifetimeTests
{
    private const string Address = "192.0.2.1";

    [Fact]
    public void Disposing_gives_the_slot_back_once()
    {
        ResourceManager manager = CreateLimited(OnePerAddress with { SubnetsIPv4 = [new(32, 2)] });
        ConnectionScope first = Open(manager);
        using ConnectionScope second = Open(manager);
        manager.Refuse(Address);

        first.Dispose();
        first.Dispose();

        using ConnectionScope third = Open(manager);
        manager.Refuse(Address);
    }

    [Fact]
    public void What_the_scopes_refuse_gives_the_slot_back()
    {
        ResourceManager manager = CreateLimited(OnePerAddress, scopes: limits => limits with { System = ResourceLimits.BlockAll });
        for (int i = 0; i < 10; i++)
            Assert.Equal(RefusalReason.Limit, manager.Refuse(Address).Reason);

        Assert.Equal(0, manager.Admission!.HeldSubnets);
    }

    [Fact]
    public void What_comes_in_through_the_allowlisted_scopes_for_one_peer_still_counts_for_its_address()
    {
        ResourceManager manager = Full();
        ConnectionScope connection = Open(manager);
        Assert.True(connection.IsAllowlisted);
        Assert.Equal(RefusalReason.SubnetLimit, manager.Refuse(Address).Reason);

        connection.SetPeer(Alice);
        Assert.Equal(RefusalReason.SubnetLimit, manager.Refuse(Address).Reason);
        connection.Dispose();
        Assert.Equal(0, manager.Admission!.HeldSubnets);
    }

    [Fact]
    public void A_lost_place_on_the_allowlist_that_closes_the_connection_gives_the_slot_back()
    {
        ResourceManager manager = Full();
        ConnectionScope connection = Open(manager);

        Assert.False(connection.TrySetPeer(Bob, out _));

        Assert.Equal(0, manager.Admission!.HeldSubnets);
        using ConnectionScope next = Open(manager);
        connection.Dispose();
        Assert.Equal(RefusalReason.SubnetLimit, manager.Refuse(Address).Reason);
    }

    [Fact]
    public void A_lost_place_on_the_allowlist_that_the_normal_scopes_take_over_keeps_the_slot()
    {
        ResourceManager manager = Full();
        ConnectionScope connection = Open(manager);
        manager.System.Limits = All;
        manager.Transient.Limits = All;

        connection.SetPeer(Bob);

        Assert.Equal(RefusalReason.SubnetLimit, manager.Refuse(Address).Reason);
        connection.Dispose();
        Assert.Equal(0, manager.Admission!.HeldSubnets);
    }

    [Fact]
    public void A_refused_peer_leaves_the_slot_with_the_connection()
    {
        ResourceManager manager = CreateLimited(OnePerAddress, scopes: limits => limits with { PeerDefault = ResourceLimits.BlockAll });
        ConnectionScope connection = Open(manager);

        Assert.False(connection.TrySetPeer(Alice, out _));
        Assert.Equal(RefusalReason.SubnetLimit, manager.Refuse(Address).Reason);
        connection.Dispose();
        Assert.Equal(0, manager.Admission!.HeldSubnets);
    }

    [Fact]
    public void Listing_and_delisting_an_address_while_it_is_connected_upsets_no_count()
    {
        ResourceManager manager = CreateLimited(OnePerAddress);
        ConnectionScope counted = Open(manager);
        AllowlistEntry entry = Network("192.0.2.0/24");
        manager.Allowlist.Add(entry);
        ConnectionScope exempt = Open(manager);
        manager.Allowlist.Remove(entry);

        exempt.Dispose();
        Assert.Equal(RefusalReason.SubnetLimit, manager.Refuse(Address).Reason);
        manager.Allowlist.Add(entry);
        counted.Dispose();
        Assert.Equal(0, manager.Admission!.HeldSubnets);
    }

    [Fact]
    public void Closing_from_many_threads_while_the_peer_is_set_gives_each_slot_back_once() =>
        Gen.Int.Sample(seed =>
        {
            ResourceManager manager = Full(connections: 4);
            Parallel.For(0, 6, worker =>
            {
                Random random = new(seed + worker);
                for (int i = 0; i < 2_000; i++)
                {
                    if (!manager.TryOpenConnection(Direction.Inbound, false, Ip(Address), out ConnectionScope? connection, out _))
                        continue;
                    Action[] ends = [connection.Dispose, connection.Dispose, () => connection.TrySetPeer(random.Next(2) == 0 ? Alice : Bob, out _)];
                    if (random.Next(4) == 0)
                        Parallel.Invoke(ends);
                    else
                        Array.ForEach(ends, end => end());
                }
            });

            Assert.Equal(0, manager.Admission!.HeldSubnets);
            manager.AssertEmpty();
            Assert.Equal(4, manager.OpenAll(Address, 9));
        }, iter: 3, threads: 1);

    private static ConnectionScope Open(ResourceManager manager) => manager.OpenConnection(Direction.Inbound, false, Ip(Address));

    /// <summary>A manager without room in its normal scopes, whose allowlist has the address for Alice.</summary>
    private static ResourceManager Full(int connections = 1) =>
        CreateLimited(
            OnePerAddress with { SubnetsIPv4 = [new(32, connections)] },
            allowlist: Listing(Network("192.0.2.0/24", Alice)),
            scopes: limits => limits with { System = ResourceLimits.BlockAll, Transient = ResourceLimits.BlockAll });
}
