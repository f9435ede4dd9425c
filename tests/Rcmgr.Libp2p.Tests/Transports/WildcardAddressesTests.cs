using System.Net;
using Rcmgr.Libp2p.Multiaddr;
using Rcmgr.Libp2p.Protocols;
using Rcmgr.Libp2p.Swarm;
using Rcmgr.Libp2p.Tests.Swarm;
using Rcmgr.Libp2p.Transports.Tcp;

namespace Rcmgr.Libp2p.Tests.Transports;

public sealed class WildcardAddressesTests
{
    private static readonly string[] Interfaces =
        ["127.0.0.1", "::1", "192.0.2.7", "fe80::1%2", "2001:db8::7", "192.0.2.7", "198.51.100.1", "0.0.0.0"];

    [Theory]
    [InlineData("0.0.0.0", "192.0.2.7 198.51.100.1 127.0.0.1")]
    [InlineData("::", "2001:db8::7 ::1")]
    [InlineData("192.0.2.9", "192.0.2.9")]
    [InlineData("2001:db8::9", "2001:db8::9")]
    public void A_wildcard_stands_for_the_dialable_addresses_of_its_family_loopback_last(string bound, string expected) =>
        Assert.Equal(expected, Expand(bound, Interfaces));

    [Theory]
    [InlineData("0.0.0.0", "127.0.0.1")]
    [InlineData("::", "::1")]
    public void Without_a_known_interface_loopback_is_left(string bound, string expected) => Assert.Equal(expected, Expand(bound, []));

    [Fact]
    public void The_addresses_of_one_wildcard_are_bounded() => Assert.Equal(
        WildcardAddresses.MaxAddresses,
        WildcardAddresses.Expand(new IPEndPoint(IPAddress.Any, 1), Enumerable.Range(1, 200).Select(i => new IPAddress([10, 0, 0, (byte)i]))).Count);

    [Theory]
    [InlineData("/ip4/0.0.0.0/tcp/0")]
    [InlineData("/ip6/::/tcp/0")]
    public async Task A_host_on_a_wildcard_tells_addresses_that_can_be_dialed(string wildcard)
    {
        CancellationToken ct = TestContext.Current.CancellationToken;
        await using TestHost server = await TestHost.StartAsync(
            configure: options => options with { ListenAddresses = [Multiaddress.Parse(wildcard)] });
        await using TestHost client = await TestHost.StartAsync();

        Assert.NotEmpty(server.Host.ListenAddresses);
        Assert.DoesNotContain(server.Host.ListenAddresses, IsWildcard);
        Assert.False(IsWildcard((await server.NextEventAsync<ListeningEvent>()).Address));
        await client.Host.DialAsync(server.Host.ListenAddresses[^1], ct);
        IdentifyInfo info = await client.Host.IdentifyAsync(server.PeerId, ct);
        Assert.Equal(server.Host.ListenAddresses.Select(address => address.WithoutPeer()), info.ListenAddresses);
    }

    private static bool IsWildcard(Multiaddress address) => address.LeadingAddress is { } ip && (ip.Equals(IPAddress.Any) || ip.Equals(IPAddress.IPv6Any));

    private static string Expand(string bound, IEnumerable<string> interfaces) => string.Join(
        ' ', WildcardAddresses.Expand(new IPEndPoint(IPAddress.Parse(bound), 4001), interfaces.Select(IPAddress.Parse)).Select(end => end.Address));
}
