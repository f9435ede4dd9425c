using System.Net;

namespace Rcmgr.Tests.Accounting;

/// <summary>A counter without a limit stops at 2^63 - 1; a limit that somebody set, or a closed scope, is named before it.</summary>
public sealed class WrapTests
{
    [Fact]
    public void A_counter_without_a_limit_refuses_what_would_wrap_it()
    {
        ResourceManager manager = new(TestManagers.Infinite);
        manager.System.ReserveMemory(long.MaxValue);

        Assert.False(manager.System.TryReserveMemory(1, MemoryPriority.Low, out Refusal refusal));
        Assert.Equal((long.MaxValue, long.MaxValue), (refusal.Current, refusal.Limit));
        Assert.Equal(long.MaxValue, manager.System.Usage.Memory);
    }

    [Fact]
    public void A_real_limit_further_up_is_named_instead_of_a_counter_that_would_wrap()
    {
        ResourceManager manager = TestManagers.Create(limits => limits with { System = TestManagers.Memory(long.MaxValue - 1) });
        using ConnectionScope connection = manager.OpenConnection(Direction.Inbound, usesFileDescriptor: false);
        connection.ReserveMemory(long.MaxValue - 1);

        Assert.False(connection.TryReserveMemory(2, MemoryPriority.Always, out Refusal refusal));
        Assert.Equal("system", refusal.ScopeName);
    }

    [Fact]
    public void A_closed_owner_is_named_instead_of_a_counter_that_would_wrap()
    {
        ResourceManager manager = new(TestManagers.Infinite);
        ConnectionScope connection = manager.OpenConnection(Direction.Inbound, usesFileDescriptor: false);
        using SpanScope span = connection.BeginSpan();
        span.ReserveMemory(long.MaxValue);
        connection.Dispose();

        Assert.False(span.TryReserveMemory(1, MemoryPriority.Always, out Refusal refusal));
        Assert.Equal((RefusalReason.ScopeClosed, ScopeKind.Connection), (refusal.Reason, refusal.ScopeKind));
    }

    [Theory]
    [InlineData(Counting.SingleGate, true, "system")]
    [InlineData(Counting.SingleGate, false, "transient")]
    [InlineData(Counting.Parked, true, "system")]
    [InlineData(Counting.Parked, false, "transient")]
    public void In_a_transfer_a_real_limit_is_named_instead_of_a_counter_that_would_wrap(Counting counting, bool isSystemFull, string refusing)
    {
        ResourceLimits one = TestManagers.All with { Connections = 1 };
        Allowlist allowlist = new();
        allowlist.Add(new AllowlistEntry(IPNetwork.Parse("10.0.0.0/8"), TestManagers.Alice));
        ResourceManager manager = counting.Create(
            isSystemFull ? TestManagers.Infinite with { System = one } : TestManagers.Infinite with { Transient = one }, allowlist);
        using ConnectionScope normal = manager.OpenConnection(Direction.Inbound, usesFileDescriptor: false);
        using ConnectionScope allowlisted = manager.OpenConnection(Direction.Inbound, usesFileDescriptor: false, IPAddress.Parse("10.0.0.1"));
        normal.ReserveMemory(long.MaxValue);
        allowlisted.ReserveMemory(long.MaxValue);

        Assert.False(allowlisted.TrySetPeer(TestManagers.Bob, out Refusal refusal));
        Assert.Equal((refusing, Resource.Connections), (refusal.ScopeName, refusal.Resource));
    }

    [Theory]
    [InlineData(Counting.SingleGate)]
    [InlineData(Counting.Parked)]
    public void A_transfer_that_would_wrap_one_root_charges_none(Counting counting)
    {
        Allowlist allowlist = new();
        allowlist.Add(new AllowlistEntry(IPNetwork.Parse("10.0.0.0/8"), TestManagers.Alice));
        ResourceManager manager = counting.Create(TestManagers.Infinite with { System = TestManagers.All with { Connections = 0 } }, allowlist);
        using ConnectionScope allowlisted = manager.OpenConnection(Direction.Inbound, usesFileDescriptor: false, IPAddress.Parse("10.0.0.1"));
        allowlisted.ReserveMemory(10);
        manager.System.Limits = TestManagers.All;
        manager.System.ReserveMemory(long.MaxValue);

        Assert.False(allowlisted.TrySetPeer(TestManagers.Bob, out Refusal refusal));

        Assert.Equal(("system", Resource.Memory), (refusal.ScopeName, refusal.Resource));
        Assert.Equal(default, manager.Transient.Usage);
    }

    [Fact]
    public void Of_two_real_limits_the_one_nearer_to_the_caller_is_named()
    {
        ResourceManager manager = TestManagers.Create(limits => limits with { Transient = TestManagers.Memory(1), System = TestManagers.Memory(2) });
        manager.Transient.Limits = TestManagers.All;
        using ConnectionScope connection = manager.OpenConnection(Direction.Inbound, usesFileDescriptor: false);
        connection.ReserveMemory(1);
        manager.Transient.Limits = TestManagers.Memory(1);

        Assert.False(connection.TryReserveMemory(long.MaxValue, MemoryPriority.Always, out Refusal refusal));
        Assert.Equal("transient", refusal.ScopeName);
    }

    [Theory]
    [InlineData(Counting.SingleGate)]
    [InlineData(Counting.Parked)]
    public void A_real_limit_of_a_peers_share_is_named_instead_of_a_protocols_counter_that_would_wrap(Counting counting)
    {
        ResourceManager manager = counting.Create(TestManagers.Infinite with { ProtocolPeerDefault = TestManagers.Memory(5) });
        using ScopeView protocol = manager.ViewProtocol("/a");
        protocol.Scope.ReserveMemory(long.MaxValue);
        manager.System.ReleaseMemory(long.MaxValue);
        using StreamScope stream = manager.OpenStream(TestManagers.Bob, Direction.Inbound);
        stream.ReserveMemory(6);

        Assert.False(stream.TrySetProtocol("/a", out Refusal refusal));
        Assert.Equal("protocol:/a.peer:bob", refusal.ScopeName);
    }
}
