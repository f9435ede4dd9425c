using System.Net;
using System.Net.Sockets;
using Rcmgr.Libp2p.Identity;
using Rcmgr.Libp2p.Multiaddr;

namespace Rcmgr.Libp2p.Tests.Multiaddr;

public sealed class MultiaddressHelpersTests
{
    private const string Peer = "12D3KooWCryG7Mon9orvQxcS1rYZjotPgpwoJNHHKcLLfE4Hf5mV";
    private const string Relay = "QmcgpsyWgH8Y8ajJz1Cu72KnS5uo2Aa2LpzU7kinSupNKC";

    [Theory]
    [InlineData("/ip4/1.2.3.4/tcp/1", "1.2.3.4")]
    [InlineData("/ip6/2001:db8::1/udp/1/quic-v1", "2001:db8::1")]
    [InlineData("/ip6zone/eth0/ip6/fe80::1/tcp/1", "fe80::1")]
    [InlineData("/ip6/::ffff:1.2.3.4/tcp/1", "::ffff:1.2.3.4")]
    [InlineData("/ip4/1.2.3.4/tcp/1/p2p/" + Relay + "/p2p-circuit/p2p/" + Peer, "1.2.3.4")]
    [InlineData("/ip4/1.1.1.1/ip4/2.2.2.2", "1.1.1.1")]
    [InlineData("/dns4/x/tcp/1", null)]
    [InlineData("/dns4/x/ip4/5.5.5.5", null)]
    [InlineData("/p2p/" + Peer + "/ip4/1.2.3.4", null)]
    [InlineData("/ip6zone/eth0", null)]
    [InlineData("/unix/tmp", null)]
    [InlineData("/memory/1", null)]
    public void Leading_address_is_the_ip_the_address_starts_with(string text, string? expected) =>
        Assert.Equal(expected is null ? null : IPAddress.Parse(expected), Multiaddress.Parse(text).LeadingAddress);

    [Theory]
    [InlineData("/ip4/1.2.3.4/tcp/1", null, false)]
    [InlineData("/ip4/1.2.3.4/tcp/1/p2p/" + Peer, Peer, false)]
    [InlineData("/ip4/1.2.3.4/tcp/1/p2p/" + Relay + "/p2p-circuit", Relay, true)]
    [InlineData("/ip4/1.2.3.4/tcp/1/p2p/" + Relay + "/p2p-circuit/p2p/" + Peer, Peer, true)]
    public void Peer_is_the_last_one_named(string text, string? peer, bool circuit)
    {
        var address = Multiaddress.Parse(text);
        Assert.Equal(peer, address.PeerId?.ToString());
        Assert.Equal(circuit, address.IsCircuit);
    }

    [Fact]
    public void Peer_at_the_end_is_added_replaced_and_removed()
    {
        var bare = Multiaddress.Parse("/ip4/1.2.3.4/tcp/1");
        var withPeer = bare.WithPeer(PeerId.Parse(Peer));
        Assert.Equal($"/ip4/1.2.3.4/tcp/1/p2p/{Peer}", withPeer.ToString());
        Assert.Equal($"/ip4/1.2.3.4/tcp/1/p2p/{Relay}", withPeer.WithPeer(PeerId.Parse(Relay)).ToString());
        Assert.Equal(bare, withPeer.WithoutPeer());
        Assert.Same(bare, bare.WithoutPeer());
        Assert.Null(Multiaddress.Parse("/p2p/" + Peer).WithoutPeer());
    }

    [Fact]
    public void Peer_that_would_exceed_the_bounds_is_refused()
    {
        var full = Multiaddress.Parse(string.Concat(Enumerable.Repeat("/ws", Multiaddress.MaxComponents)));
        Assert.Throws<MultiaddressFormatException>(() => full.WithPeer(PeerId.Parse(Peer)));
    }

    [Theory]
    [InlineData("1.2.3.4:4001", "/ip4/1.2.3.4/tcp/4001")]
    [InlineData("[2001:db8::1]:0", "/ip6/2001:db8::1/tcp/0")]
    [InlineData("[::ffff:1.2.3.4]:65535", "/ip4/1.2.3.4/tcp/65535")]
    [InlineData("[fe80::1%3]:1", "/ip6/fe80::1/tcp/1")]
    public void Tcp_end_point_becomes_an_address(string endPoint, string text) =>
        Assert.Equal(text, Multiaddress.FromTcp(IPEndPoint.Parse(endPoint)).ToString());

    [Theory]
    [InlineData("1.2.3.4:4001", "/ip4/1.2.3.4/udp/4001/quic-v1")]
    [InlineData("[::1]:4001", "/ip6/::1/udp/4001/quic-v1")]
    public void Quic_end_point_becomes_an_address_and_is_found_again(string endPoint, string text)
    {
        var address = Multiaddress.FromQuic(IPEndPoint.Parse(endPoint));
        Assert.Equal(text, address.ToString());
        Assert.True(address.TryGetQuicEndPoint(out var found));
        Assert.Equal(IPEndPoint.Parse(endPoint), found);
        Assert.True(address.WithPeer(PeerId.Parse(Peer)).TryGetQuicEndPoint(out _));
        Assert.False(address.TryGetTcpEndPoint(out _));
    }

    [Theory]
    [InlineData("/ip4/1.2.3.4/tcp/4001", "1.2.3.4:4001")]
    [InlineData("/ip6/::1/tcp/4001/p2p/" + Peer, "[::1]:4001")]
    [InlineData("/ip4/1.2.3.4/tcp/4001/ws", null)]
    [InlineData("/ip4/1.2.3.4/udp/4001", null)]
    [InlineData("/ip4/1.2.3.4", null)]
    [InlineData("/ip4/1.2.3.4/p2p/" + Peer, null)]
    [InlineData("/dns4/x/tcp/4001", null)]
    [InlineData("/tcp/4001/ip4/1.2.3.4", null)]
    [InlineData("/ip6zone/eth0/ip6/fe80::1/tcp/1", null)]
    [InlineData("/ip4/1.2.3.4/tcp/1/p2p/" + Relay + "/p2p-circuit", null)]
    [InlineData("/ip4/1.2.3.4/tcp/1/p2p/" + Relay + "/p2p/" + Peer, null)]
    public void Tcp_end_point_is_found_in_exactly_that_form(string text, string? expected)
    {
        Assert.Equal(expected is not null, Multiaddress.Parse(text).TryGetTcpEndPoint(out var endPoint));
        Assert.Equal(expected, endPoint?.ToString());
    }

    [Theory]
    [InlineData("/dns/example.org/tcp/4001", "example.org", AddressFamily.Unspecified)]
    [InlineData("/dns4/example.org/tcp/4001/p2p/12D3KooWLwcXVpi5w8ZrB9wVfBhruGETCTTUqhcuHe3T3bELG9ZU", "example.org", AddressFamily.InterNetwork)]
    [InlineData("/dns6/example.org/tcp/4001", "example.org", AddressFamily.InterNetworkV6)]
    [InlineData("/dnsaddr/example.org/tcp/4001", null, AddressFamily.Unspecified)]
    [InlineData("/ip4/1.2.3.4/tcp/4001", null, AddressFamily.Unspecified)]
    [InlineData("/dns4/example.org/tcp/4001/ws", null, AddressFamily.Unspecified)]
    [InlineData("/dns4/example.org", null, AddressFamily.Unspecified)]
    public void Only_a_name_with_tcp_is_one_to_look_up(string text, string? name, AddressFamily family)
    {
        Assert.Equal(name is not null, Multiaddress.Parse(text).TryGetTcpName(out string? found, out AddressFamily foundFamily, out int port));
        Assert.Equal((name, family, name is null ? 0 : 4001), (found, foundFamily, port));
    }

    [Theory]
    [InlineData("/dns/example.org/udp/4001/quic-v1", "example.org", AddressFamily.Unspecified)]
    [InlineData("/dns4/example.org/udp/4001/quic-v1/p2p/12D3KooWLwcXVpi5w8ZrB9wVfBhruGETCTTUqhcuHe3T3bELG9ZU", "example.org", AddressFamily.InterNetwork)]
    [InlineData("/dns6/example.org/udp/4001/quic-v1", "example.org", AddressFamily.InterNetworkV6)]
    [InlineData("/dnsaddr/example.org/udp/4001/quic-v1", null, AddressFamily.Unspecified)]
    [InlineData("/dns4/example.org/udp/4001", null, AddressFamily.Unspecified)]
    [InlineData("/dns4/example.org/udp/4001/quic-v1/webtransport", null, AddressFamily.Unspecified)]
    [InlineData("/ip4/1.2.3.4/udp/4001/quic-v1", null, AddressFamily.Unspecified)]
    public void Only_a_name_with_quic_is_one_to_look_up_for_quic(string text, string? name, AddressFamily family)
    {
        Assert.Equal(name is not null, Multiaddress.Parse(text).TryGetQuicName(out string? found, out AddressFamily foundFamily, out int port));
        Assert.Equal((name, family, name is null ? 0 : 4001), (found, foundFamily, port));
    }
}
