using System.Net;
using static Rcmgr.Tests.Accounting.TestManagers;

namespace Rcmgr.Tests.Admission;

/// <summary>Connections that the allowlist lets in when the normal scopes are full (specification §3.1, §3.2, §6).</summary>
public sealed class AllowlistConnectionTests
{
    private static readonly IPAddress Listed = IPAddress.Parse("10.0.0.1");

    [Fact]
    public void With_no_normal_connections_at_all_only_listed_addresses_get_in()
    {
        ResourceManager manager = Full();

        Assert.False(manager.TryOpenConnection(Direction.Inbound, true, IPAddress.Parse("192.0.2.1"), out _, out Refusal refusal));
        Assert.Equal("transient", refusal.ScopeName);
        Assert.False(manager.TryOpenConnection(Direction.Inbound, true, null, out _, out _));
        using ConnectionScope connection = manager.OpenConnection(Direction.Inbound, true, Listed);
        Assert.True(connection.IsAllowlisted);
        Assert.Equal((default, Connections(1, 0, 1)), (manager.System.Usage, manager.AllowlistedSystem.Usage));
    }

    [Fact]
    public void Normal_capacity_is_used_first()
    {
        ResourceManager manager = Full();
        manager.System.Limits = All;
        manager.Transient.Limits = All with { Connections = 1 };
        using ConnectionScope normal = manager.OpenConnection(Direction.Inbound, false, Listed);
        using ConnectionScope extra = manager.OpenConnection(Direction.Inbound, false, Listed);

        Assert.False(normal.IsAllowlisted);
        Assert.True(extra.IsAllowlisted);
        Assert.Equal((Connections(1), Connections(1)), (manager.Transient.Usage, manager.AllowlistedTransient.Usage));
    }

    [Fact]
    public void If_the_allowlisted_scopes_are_full_too_they_are_named()
    {
        ResourceManager manager = Full(limits => limits with { AllowlistedSystem = ResourceLimits.BlockAll });

        Assert.False(manager.TryOpenConnection(Direction.Outbound, false, Listed, out _, out Refusal refusal));
        Assert.Equal(("allowlistedSystem", "AllowlistedSystem.ConnsOutbound"), (refusal.ScopeName, refusal.ConfigurationKey));
        manager.AssertEmpty();
    }

    [Fact]
    public void The_right_peer_keeps_its_place()
    {
        ResourceManager manager = Full();
        using ConnectionScope connection = manager.OpenConnection(Direction.Inbound, false, Listed);
        connection.ReserveMemory(7);
        connection.SetPeer(Alice);

        Assert.Equal(Connections(1, memory: 7), manager.AllowlistedSystem.Usage);
        Assert.Equal(default, manager.AllowlistedTransient.Usage);
        Assert.Equal(Connections(1, memory: 7), manager.Use("peer:alice"));
        Assert.Equal(default, manager.System.Usage);
    }

    [Fact]
    public void The_wrong_peer_moves_to_the_normal_scopes_when_they_have_room()
    {
        ResourceManager manager = Full();
        using ConnectionScope connection = manager.OpenConnection(Direction.Inbound, false, Listed);
        connection.ReserveMemory(7);
        manager.System.Limits = All;
        manager.Transient.Limits = All;
        connection.SetPeer(Bob);

        Assert.False(connection.IsAllowlisted);
        Assert.Equal((default, default), (manager.AllowlistedSystem.Usage, manager.AllowlistedTransient.Usage));
        Assert.Equal((Connections(1, memory: 7), default), (manager.System.Usage, manager.Transient.Usage));
    }

    [Theory]
    [InlineData(true, "system")]
    [InlineData(false, "transient")]
    public void The_wrong_peer_without_room_in_the_normal_scopes_closes_the_connection(bool isSystemFull, string refusing)
    {
        ResourceManager manager = Full();
        manager.System.Limits = isSystemFull ? ResourceLimits.BlockAll : All;
        ConnectionScope connection = manager.OpenConnection(Direction.Inbound, false, Listed);
        connection.ReserveMemory(0);

        Assert.False(connection.TrySetPeer(Bob, out Refusal refusal));

        Assert.Equal(refusing, refusal.ScopeName);
        Assert.Equal(default, connection.Usage);
        manager.AssertEmpty();
        Assert.False(connection.TrySetPeer(Alice, out refusal));
        Assert.Equal(RefusalReason.ScopeClosed, refusal.Reason);
        connection.Dispose();
        manager.AssertEmpty();
        Assert.Equal(0, manager.AccountingFaults);
    }

    [Fact]
    public void A_peer_that_refuses_after_the_move_leaves_the_connection_in_the_normal_scopes()
    {
        ResourceManager manager = Full(limits => limits with { PeerDefault = ResourceLimits.BlockAll });
        ConnectionScope connection = manager.OpenConnection(Direction.Inbound, false, Listed);
        manager.System.Limits = All;
        manager.Transient.Limits = All;

        Assert.False(connection.TrySetPeer(Bob, out Refusal refusal));

        Assert.Equal("peer:bob", refusal.ScopeName);
        Assert.Equal((Connections(1), Connections(1)), (manager.System.Usage, manager.Transient.Usage));
        connection.Dispose();
        manager.AssertEmpty();
    }

    private static ResourceManager Full(Func<ResourceManagerLimits, ResourceManagerLimits>? change = null)
    {
        Allowlist allowlist = new();
        allowlist.Add(new AllowlistEntry(IPNetwork.Parse("10.0.0.0/8"), Alice));
        return Create(
            limits => (change ?? (same => same))(limits with { System = ResourceLimits.BlockAll, Transient = ResourceLimits.BlockAll }), allowlist);
    }
}
