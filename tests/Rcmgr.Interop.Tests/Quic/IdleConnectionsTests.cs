using Rcmgr.Interop.Tests.Flood;
using Rcmgr.Tool.Bench;

namespace Rcmgr.Interop.Tests.Quic;

[Collection(nameof(AloneCollection))]
public sealed class IdleConnectionsTests
{
    private const int Connections = 1000;

    /// <summary>What <c>rcmgr bench quic --idle</c> measures, with fewer connections.</summary>
    [Fact]
    public async Task Idle_connections_take_within_20_percent_of_what_their_scopes_account_at_either_end()
    {
        QuicAvailability.Require();

        IdleResult idle = await new IdleBench(BenchStack.OverQuic("ngtcp2"), Connections, TextWriter.Null)
            .RunAsync(TestContext.Current.CancellationToken);

        TestContext.Current.TestOutputHelper?.WriteLine($"{idle}");
        Assert.InRange(idle.Dialing.Ratio, 1 - IdleEnd.Tolerance, 1 + IdleEnd.Tolerance);
        Assert.InRange(idle.Listening.Ratio, 1 - IdleEnd.Tolerance, 1 + IdleEnd.Tolerance);
    }
}
