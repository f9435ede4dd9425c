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
    [InlineData(true, "system")]
    [InlineData(false, "transient")]
    public void In_a_transfer_a_real_limit_is_named_instead_of_a_counter_that_would_wrap(bool isSystemFull, string refusing)
    {
        ResourceLimits one = TestManagers.All with { Connections = 1 };
        Allowlist allowlist = new();
        allowlist.Add(new AllowlistEntry(IPNetwork.Parse("10.0.0.0/8"), TestManagers.Alice));
        ResourceManager manager = TestManagers.Create(
            limits => isSystemFull ? limits with { System = one } : limits with { Transient = one }, allowlist);
        using ConnectionScope normal = manager.OpenConnection(Direction.Inbound, usesFileDescriptor: false);
        using ConnectionScope allowlisted = manager.OpenConnection(Direction.Inbound, usesFileDescriptor: false, IPAddress.Parse("10.0.0.1"));
        normal.ReserveMemory(long.MaxValue);
        allowlisted.ReserveMemory(long.MaxValue);

        Assert.False(allowlisted.TrySetPeer(TestManagers.Bob, out Refusal refusal));
        Assert.Equal((refusing, Resource.Connections), (refusal.ScopeName, refusal.Resource));
    }
}
