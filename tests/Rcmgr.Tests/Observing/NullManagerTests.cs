using System.Net;
using static Rcmgr.Tests.Accounting.TestManagers;

namespace Rcmgr.Tests.Observing;

public sealed class NullManagerTests
{
    [Fact]
    public async Task Everything_is_admitted_and_nothing_is_held()
    {
        CancellationToken ct = TestContext.Current.CancellationToken;
        using ResourceManager manager = ResourceManager.CreateNull();
        WaitOptions wait = new(TimeSpan.FromSeconds(1));

        using ConnectionScope connection = manager.OpenConnection(Direction.Inbound, true, IPAddress.Loopback);
        connection.SetPeer(Alice);
        using StreamScope stream = await manager.OpenStreamAsync(Alice, Direction.Outbound, wait, ct);
        stream.SetProtocol("/x");
        stream.SetService("s");
        stream.ReserveMemory(long.MaxValue);
        stream.ReserveMemory(long.MaxValue);
        using (stream.BeginSpan())
        using (manager.ViewPeer(Bob))
        using (manager.ViewProtocol("/x"))
        using (stream.RentMemory(100))
            await stream.ReserveMemoryAsync(1, MemoryPriority.Low, wait, ct);

        Assert.True(manager.Explain(ResourceOperation.OpenStream(Alice, Direction.Inbound, "/x", "s")).IsAdmitted);
        Assert.True(manager.System.Usage.IsZero);
        Assert.Empty(manager.GetRefusalCounts());
        Assert.All(manager.TakeSnapshot().Scopes, scope => Assert.True(scope.Use.IsZero));
        Assert.Equal(0, manager.AccountingFaults);
    }
}
