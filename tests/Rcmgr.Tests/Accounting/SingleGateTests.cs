using static Rcmgr.Tests.Accounting.TestManagers;

namespace Rcmgr.Tests.Accounting;

public sealed class SingleGateTests
{
    [Fact]
    public void Memory_that_a_later_scope_refuses_is_given_back_by_those_before_it()
    {
        using ResourceManager manager = Counting.SingleGate.Create(Infinite with { System = ResourceLimits.AllowAll with { Memory = 100 } });
        using StreamScope stream = manager.OpenStream(Alice, Direction.Inbound);

        Assert.False(stream.TryReserveMemory(200, MemoryPriority.Always, out Refusal refusal));

        Assert.Equal((ScopeKind.System, 100L), (refusal.ScopeKind, refusal.Limit));
        Assert.Equal(0, manager.Transient.Usage.Memory);
    }
}
