using Rcmgr.Libp2p.Muxing;
using Rcmgr.Libp2p.Security.Noise;
using Rcmgr.Libp2p.Swarm;

namespace Rcmgr.Libp2p.Tests.Swarm;

/// <summary>Larger buffers for connections that move much, as far as the manager has room for them.</summary>
public sealed class ConnectionGrowthTests
{
    private const long SendGrowth = YamuxOptions.SendGrowthBytes + NoiseWriter.GrownBufferBytes - NoiseWriter.MaxBufferBytes;
    private const long ReceiveGrowth = YamuxOptions.ReceiveGrowthBytes + NoiseReader.GrownBufferBytes - NoiseReader.MaxBufferBytes;

    [Fact]
    public async Task A_connection_that_moves_much_pays_for_larger_buffers_in_that_direction()
    {
        await using TestHost server = await StartSinkAsync(TestHost.Unlimited);
        await using TestHost client = await TestHost.StartAsync();
        await client.DialAsync(server);

        await SendAsync(client, server, 2 * BufferGrowth.ProofBytes);

        await HoldsAsync(client, TestHost.ConnectionBytes + SendGrowth);
        await HoldsAsync(server, TestHost.ConnectionBytes + ReceiveGrowth);
    }

    [Fact]
    public async Task A_connection_that_moves_little_does_not()
    {
        await using TestHost server = await StartSinkAsync(TestHost.Unlimited);
        await using TestHost client = await TestHost.StartAsync();
        await client.DialAsync(server);

        await SendAsync(client, server, BufferGrowth.ProofBytes / 2);

        await HoldsAsync(client, TestHost.ConnectionBytes);
        await HoldsAsync(server, TestHost.ConnectionBytes);
    }

    [Fact]
    public async Task Refused_it_goes_on_with_the_buffers_that_it_has()
    {
        // All of it fits, but not at the priority of what one can do without.
        ResourceLimits connection = TestHost.Unlimited.Connection with { Memory = TestHost.ConnectionBytes + ReceiveGrowth };
        await using TestHost server = await StartSinkAsync(TestHost.Unlimited with { Connection = connection });
        await using TestHost client = await TestHost.StartAsync();
        await client.DialAsync(server);

        await SendAsync(client, server, 3 * BufferGrowth.ProofBytes);

        await HoldsAsync(server, TestHost.ConnectionBytes);
        Assert.Contains(server.Manager.GetRefusalCounts(), count => count.Scope == ScopeKind.Connection && count.Resource == Resource.Memory);
    }

    private static Task<TestHost> StartSinkAsync(ResourceManagerLimits limits) => TestHost.StartAsync(
        limits,
        options => options with { Handlers = [new LambdaHandler((stream, ct) => stream.Stream.CopyToAsync(Stream.Null, ct))] });

    private static async Task SendAsync(TestHost client, TestHost server, int bytes)
    {
        CancellationToken ct = TestContext.Current.CancellationToken;
        await using PeerStream stream = await client.OpenAsync(server, LambdaHandler.Protocol);
        await stream.Stream.WriteAsync(new byte[bytes], ct);
        await stream.CloseAsync(ct);
    }

    private static Task HoldsAsync(TestHost host, long memory) =>
        Eventually.IsTrueAsync(() => host.Manager.System.Usage is { StreamsInbound: 0, StreamsOutbound: 0 } use && use.Memory == memory);
}
