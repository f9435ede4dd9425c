using Rcmgr.Libp2p.Muxing;
using Rcmgr.Libp2p.Protocols;
using Rcmgr.Libp2p.Swarm;

namespace Rcmgr.Libp2p.Tests.Swarm;

/// <summary>Many peers that do everything at once under tight limits.</summary>
public sealed class ChurnTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Nothing_is_held_after_streams_and_connections_ended_in_every_way()
    {
        ResourceLimits tight = ResourceLimits.AllowAll with { Streams = 6, Memory = (2 * TestHost.ConnectionBytes) + (5 * YamuxOptions.InitialWindow) };
        await using TestHost server = await TestHost.StartAsync(
            TestHost.Unlimited with { PeerDefault = tight, System = ResourceLimits.AllowAll with { ConnectionsInbound = 3 } });
        TestHost[] clients = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => TestHost.StartAsync()));

        await Task.WhenAll(clients.SelectMany(client => Enumerable.Range(0, 4).Select(worker => WorkAsync(client, server, worker))));

        foreach (TestHost client in clients)
            await client.DisposeAsync();
        await Eventually.HoldsNothingAsync(server.Manager);
    }

    private static async Task WorkAsync(TestHost client, TestHost server, int worker)
    {
        for (int i = 0; i < 12; i++)
        {
            try
            {
                await client.DialAsync(server);
                await using PeerStream stream = await client.OpenAsync(server, i % 5 == 4 ? "/unknown/1.0.0" : EchoHandler.Protocol);
                await EndAsync(stream, client, server, (i + worker) % 5);
            }
            catch (Exception e) when (e is IOException or NotConnectedException or ResourceLimitExceededException)
            {
                // A refusal by the server, or another worker closed the connection.
            }
        }
    }

    private static async Task EndAsync(PeerStream stream, TestHost client, TestHost server, int way)
    {
        await stream.Stream.WriteAsync(new byte[1000], Ct);
        if (way == 0)
            stream.Reset(StreamErrorCode.None);
        else if (way == 1)
            await stream.CloseAsync(Ct);
        else if (way == 2)
            await stream.CloseWriteAsync(Ct);
        else if (way == 3)
            await client.Host.ClosePeerAsync(server.PeerId, Ct);
    }
}
