using System.Net;
using static Rcmgr.Tests.Accounting.TestManagers;

namespace Rcmgr.Tests.Scopes;

/// <summary>The rows of specification §1.2: of several full scopes the first of the ordered list is named.</summary>
public sealed class AncestorOrderTests
{
    private static readonly IPAddress Allowed = IPAddress.Parse("10.0.0.1");

    [Fact]
    public void A_new_connection_is_charged_to_itself_then_transient_then_system()
    {
        ResourceManager manager = new(Infinite);
        using ConnectionScope connection = manager.OpenConnection(Direction.Inbound, usesFileDescriptor: true);

        AssertOrder(connection, ("conn-1", connection), ("transient", manager.Transient), ("system", manager.System));
    }

    [Fact]
    public void A_connection_with_a_peer_is_charged_to_the_peer_then_system()
    {
        ResourceManager manager = new(Infinite);
        using ConnectionScope connection = manager.OpenConnection(Direction.Inbound, usesFileDescriptor: true);
        connection.SetPeer(Alice);

        AssertOrder(connection, ("conn-1", connection), ("peer:alice", connection.PeerScope!), ("system", manager.System));
    }

    [Fact]
    public void An_allowlisted_connection_is_charged_to_the_allowlisted_roots()
    {
        ResourceManager manager = Full();
        using ConnectionScope connection = manager.OpenConnection(Direction.Inbound, usesFileDescriptor: true, Allowed);

        Assert.True(connection.IsAllowlisted);
        AssertOrder(
            connection,
            ("conn-1", connection),
            ("allowlistedTransient", manager.AllowlistedTransient),
            ("allowlistedSystem", manager.AllowlistedSystem));
    }

    [Fact]
    public void An_allowlisted_connection_with_a_peer_is_charged_to_the_peer_then_the_allowlisted_system()
    {
        ResourceManager manager = Full();
        using ConnectionScope connection = manager.OpenConnection(Direction.Inbound, usesFileDescriptor: true, Allowed);
        connection.SetPeer(Alice);

        Assert.True(connection.IsAllowlisted);
        AssertOrder(
            connection,
            ("conn-1", connection),
            ("peer:alice", connection.PeerScope!),
            ("allowlistedSystem", manager.AllowlistedSystem));
    }

    [Fact]
    public void A_connection_that_lost_its_place_on_the_allowlist_is_charged_to_system_then_transient()
    {
        ResourceManager manager = Full(limits => limits with { PeerDefault = ResourceLimits.BlockAll });
        using ConnectionScope connection = manager.OpenConnection(Direction.Inbound, usesFileDescriptor: true, Allowed);
        manager.System.Limits = All;
        Assert.False(connection.TrySetPeer(Bob, out _));

        Assert.False(connection.IsAllowlisted);
        AssertOrder(connection, ("conn-1", connection), ("system", manager.System), ("transient", manager.Transient));
    }

    [Fact]
    public void A_new_stream_is_charged_to_its_peer_then_transient_then_system()
    {
        ResourceManager manager = new(Infinite);
        using StreamScope stream = manager.OpenStream(Alice, Direction.Inbound);

        AssertOrder(stream, ("stream-1", stream), ("peer:alice", stream.PeerScope), ("transient", manager.Transient), ("system", manager.System));
    }

    [Fact]
    public void A_stream_with_a_protocol_is_charged_to_peer_protocol_peer_protocol_system()
    {
        ResourceManager manager = new(Infinite);
        using StreamScope stream = manager.OpenStream(Alice, Direction.Inbound);
        stream.SetProtocol("/a");

        AssertOrder(
            stream,
            ("stream-1", stream),
            ("peer:alice", stream.PeerScope),
            ("protocol:/a.peer:alice", stream.ProtocolPeer!),
            ("protocol:/a", stream.ProtocolScope!),
            ("system", manager.System));
    }

    [Fact]
    public void A_stream_with_a_service_is_charged_to_all_six()
    {
        ResourceManager manager = new(Infinite);
        using StreamScope stream = manager.OpenStream(Alice, Direction.Inbound);
        stream.SetProtocol("/a");
        stream.SetService("s");

        AssertOrder(
            stream,
            ("stream-1", stream),
            ("peer:alice", stream.PeerScope),
            ("protocol:/a.peer:alice", stream.ProtocolPeer!),
            ("service:s.peer:alice", stream.ServicePeer!),
            ("protocol:/a", stream.ProtocolScope!),
            ("service:s", stream.ServiceScope!),
            ("system", manager.System));
    }

    [Fact]
    public void A_span_is_charged_to_itself_then_its_owners_then_their_list()
    {
        ResourceManager manager = new(Infinite);
        using ConnectionScope connection = manager.OpenConnection(Direction.Inbound, usesFileDescriptor: true);
        using SpanScope outer = connection.BeginSpan();
        using SpanScope inner = outer.BeginSpan();

        AssertOrder(
            inner,
            ("conn-1.span-1.span-1", inner),
            ("conn-1.span-1", outer),
            ("conn-1", connection),
            ("transient", manager.Transient),
            ("system", manager.System));
    }

    [Theory]
    [InlineData("peer:alice")]
    [InlineData("protocol:/a")]
    [InlineData("service:s")]
    public void Memory_on_a_shared_scope_is_charged_to_it_then_system(string name)
    {
        ResourceManager manager = new(Infinite);
        using ScopeView view = name[0] switch
        {
            's' => manager.ViewService("s"),
            _ when name.StartsWith("peer", StringComparison.Ordinal) => manager.ViewPeer(Alice),
            _ => manager.ViewProtocol("/a"),
        };

        AssertOrder(view.Scope, (name, view.Scope), ("system", manager.System));
    }

    [Fact]
    public void A_stream_does_not_charge_its_connection_and_always_uses_the_normal_roots()
    {
        ResourceManager manager = Full();
        manager.System.Limits = All with { Connections = 0 };
        using ConnectionScope connection = manager.OpenConnection(Direction.Inbound, usesFileDescriptor: true, Allowed);
        connection.SetPeer(Alice);
        using StreamScope stream = manager.OpenStream(Alice, Direction.Outbound);

        Assert.Equal(Connections(1, descriptors: 1), connection.Usage);
        Assert.Equal(Streams(0, 1), manager.System.Usage);
        Assert.Equal(Connections(1, descriptors: 1), manager.AllowlistedSystem.Usage);
    }

    /// <summary>Fills every scope of the path, then opens them one by one from the front: each time the next one is named.</summary>
    private static void AssertOrder(ResourceScope reserved, params (string Name, ResourceScope Scope)[] path)
    {
        reserved.ReserveMemory(100);
        foreach ((_, ResourceScope scope) in path)
        {
            Assert.Equal(100, scope.Usage.Memory);
            scope.Limits = Memory(256);
        }

        foreach ((string name, ResourceScope scope) in path)
        {
            // At priority 128 a scope may use 129 of 256.
            Assert.False(reserved.TryReserveMemory(30, MemoryPriority.WindowGrowth, out Refusal refusal));
            Assert.Equal((name, 100, 30, 256, (byte)128, 129), (refusal.ScopeName, refusal.Current, refusal.Requested, refusal.Limit, refusal.Priority, refusal.Allowed));
            Assert.All(path, level => Assert.Equal(100, level.Scope.Usage.Memory));
            scope.Limits = All;
        }

        Assert.True(reserved.ReleaseMemory(100));
        Assert.All(path, level => Assert.Equal(0, level.Scope.Usage.Memory));
    }

    private static ResourceManager Full(Func<ResourceManagerLimits, ResourceManagerLimits>? change = null)
    {
        Allowlist allowlist = new();
        allowlist.Add(new AllowlistEntry(IPNetwork.Parse("10.0.0.0/8"), Alice));
        return Create(limits => (change ?? (same => same))(limits with { System = ResourceLimits.BlockAll }), allowlist);
    }
}
