using Rcmgr.Interop.Tests.Flood;
using Rcmgr.Libp2p.Multiaddr;
using Rcmgr.Libp2p.Transports.Quic;

namespace Rcmgr.Interop.Tests.Quic;

[Collection(nameof(AloneCollection))]
public sealed class IdleConnectionsTests
{
    private const int Connections = 1000;

    [Fact]
    public async Task Idle_connections_take_no_more_memory_than_their_scopes_account()
    {
        QuicAvailability.Require();
        await using TestHost server = await QuicHosts.StartAsync(ResourceManagerLimits.Infinite);
        await using TestHost client = await QuicHosts.StartAsync(ResourceManagerLimits.Infinite);
        await DialAsync(client, server.Address.WithoutPeer()!, 50);
        long before = ResidentMemory.Measure();
        long accountedBefore = Accounted(server) + Accounted(client);

        await DialAsync(client, server.Address.WithoutPeer()!, Connections);

        // Handshakes that a client thinks done may still run at the server.
        await Eventually.HoldsAsync(
            () => server.Manager.Transient.Usage.ConnectionsInbound == 0 && server.Manager.System.Usage.ConnectionsInbound == Connections + 50,
            () => $"{server.Manager.System.Usage}");
        long ends = 2 * Connections;
        long measured = (ResidentMemory.Measure() - before) / ends;
        long accounted = ((Accounted(server) + Accounted(client) - accountedBefore) / ends) - QuicOptions.Default.ConnectionWindow;
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{measured} bytes resident for each end of an idle connection, {accounted} accounted besides the receive window");
        Assert.InRange(measured, accounted * 6 / 10, accounted * 12 / 10);
        await client.Host.ClosePeerAsync(server.Host.PeerId, TestContext.Current.CancellationToken);
        await client.ComesToHoldNothingAsync();
        await server.ComesToHoldNothingAsync();
    }

    private static long Accounted(TestHost host) => host.Manager.System.Usage.Memory;

    private static async Task DialAsync(TestHost client, Multiaddress address, int count)
    {
        for (int i = 0; i < count; i++)
            await client.Host.DialAsync(address, TestContext.Current.CancellationToken);
    }
}
