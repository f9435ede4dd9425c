using System.Net;
using System.Net.Sockets;
using Rcmgr.Libp2p.Multiaddr;
using Rcmgr.Libp2p.Swarm;

namespace Rcmgr.Libp2p.Tests.Swarm;

/// <summary>Dialing addresses that hold a name.</summary>
public sealed class NameDialTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("dns")]
    [InlineData("dns4")]
    public async Task A_name_is_looked_up_and_dialed(string protocol)
    {
        await using TestHost server = await TestHost.StartAsync();
        await using TestHost client = await TestHost.StartAsync();

        Assert.Equal(server.PeerId, await client.Host.DialAsync(Named(server, protocol), Ct));

        Assert.Equal(1, client.Manager.System.Usage.ConnectionsOutbound);
    }

    [Fact]
    public async Task Every_attempt_reserves_its_own_connection_and_a_refusal_reaches_the_caller_unchanged()
    {
        await using TestHost server = await TestHost.StartAsync();
        await using TestHost client = await TestHost.StartAsync(
            TestHost.Unlimited with { System = ResourceLimits.AllowAll with { ConnectionsOutbound = 0 } });

        await Assert.ThrowsAsync<ResourceLimitExceededException>(() => client.Host.DialAsync(Named(server, "dns"), Ct));

        Assert.Equal(1, client.Manager.GetRefusalCounts().Sum(refusal => refusal.Count));
    }

    [Fact]
    public async Task A_name_without_an_address_of_the_kind_asked_for_is_a_failed_dial_with_its_cause()
    {
        await using TestHost client = await TestHost.StartAsync();

        DialFailedException error = await Assert.ThrowsAsync<DialFailedException>(() => client.Host.DialAsync(Multiaddress.Parse("/dns6/127.0.0.1/tcp/1"), Ct));

        Assert.IsType<SocketException>(error.InnerException);
        Assert.True(client.Manager.System.Usage.IsZero);
    }

    [Fact]
    public async Task Addresses_that_are_not_resolved_are_refused_clearly()
    {
        await using TestHost client = await TestHost.StartAsync();

        NotSupportedException error = await Assert.ThrowsAsync<NotSupportedException>(
            () => client.Host.DialAsync(Multiaddress.Parse("/dnsaddr/localhost/tcp/1"), Ct));

        Assert.Contains("dnsaddr", error.Message, StringComparison.Ordinal);
    }

    private static Multiaddress Named(TestHost server, string protocol)
    {
        Assert.True(server.Address.TryGetTcpEndPoint(out IPEndPoint? endPoint));
        return Multiaddress.Parse($"/{protocol}/localhost/tcp/{endPoint.Port}/p2p/{server.PeerId}");
    }
}
