using System.Net;
using Rcmgr.Libp2p.Multiaddr;

namespace Rcmgr.Libp2p.Tests.Multiaddr;

public sealed class MultiaddressTests
{
    private const string Peer = "12D3KooWCryG7Mon9orvQxcS1rYZjotPgpwoJNHHKcLLfE4Hf5mV";
    private const string Hashed = "QmcgpsyWgH8Y8ajJz1Cu72KnS5uo2Aa2LpzU7kinSupNKC";

    [Theory]
    [InlineData("/ip4/1.2.3.4")]
    [InlineData("/ip4/0.0.0.0")]
    [InlineData("/ip4/192.0.2.0/ipcidr/24")]
    [InlineData("/ip6/::1")]
    [InlineData("/ip6/2601:9:4f81:9700:803e:ca65:66e8:c21")]
    [InlineData("/ip6/2001:db8::/ipcidr/128")]
    [InlineData("/ip6zone/x%y/ip6/fe80::1/udp/1234/quic-v1")]
    [InlineData("/udp/0")]
    [InlineData("/tcp/65535")]
    [InlineData("/p2p/" + Hashed)]
    [InlineData("/p2p/" + Peer + "/tcp/1234")]
    [InlineData("/ip4/127.0.0.1/udp/1234/quic")]
    [InlineData("/ip4/127.0.0.1/udp/1234/quic-v1/webtransport")]
    [InlineData("/ip4/127.0.0.1/udp/1234/webrtc-direct/certhash/uEiDDq4_xNyDorZBH3TlGyJjaW5dpTOkvXYV6Z4Z-h9qW9w")]
    [InlineData("/ip4/127.0.0.1/tcp/127/tls/sni/example.com/ws")]
    [InlineData("/ip4/127.0.0.1/tcp/127/wss")]
    [InlineData("/ip4/127.0.0.1/tcp/127/noise")]
    [InlineData("/dns/a.example/tcp/443/https")]
    [InlineData("/dns4/a.example/tcp/80/http")]
    [InlineData("/dns6/a.example/udp/1/quic-v1/webrtc")]
    [InlineData("/dnsaddr/bootstrap.example/p2p/" + Hashed)]
    [InlineData("/ip4/1.2.3.4/tcp/1/p2p/" + Hashed + "/p2p-circuit/p2p/" + Peer)]
    [InlineData("/unix/a/b/c")]
    [InlineData("/ip4/1.2.3.4/tcp/80/unix/stdio")]
    [InlineData("/memory/18446744073709551615")]
    public void Canonical_text_survives_both_forms(string text)
    {
        var address = Multiaddress.Parse(text);
        Assert.Equal(text, address.ToString());
        Assert.True(Multiaddress.TryFromBytes(address.ToBytes(), out var again, out string? error), error);
        Assert.Equal(address, again);
        Assert.Equal(address.GetHashCode(), again.GetHashCode());
        Assert.Equal(text, again.ToString());
    }

    [Theory]
    [InlineData("/ip4/127.0.0.1/udp/1234", "047f000001910204d2")]
    [InlineData("/ip4/127.0.0.1/tcp/4321", "047f0000010610e1")]
    [InlineData("/ip6/::1/tcp/80/ws", "2900000000000000000000000000000001060050dd03")]
    [InlineData("/ip6zone/x/ip6/fe80::1", "2a017829fe800000000000000000000000000001")]
    [InlineData("/ip4/10.0.0.0/ipcidr/8", "040a0000002b08")]
    [InlineData("/udp/1/quic-v1", "91020001cd03")]
    [InlineData("/dns4/a.b/tcp/1", "3603612e62060001")]
    [InlineData("/unix/a/b", "9003042f612f62")]
    [InlineData("/p2p-circuit", "a202")]
    [InlineData("/ip4/1.2.3.4/tcp/1/tls/ws", "0401020304060001c003dd03")]
    public void Binary_form_is_codes_lengths_and_values(string text, string hex)
    {
        Assert.Equal(hex, Convert.ToHexStringLower(Multiaddress.Parse(text).Bytes));
        Assert.True(Multiaddress.TryFromBytes(Convert.FromHexString(hex), out var address, out string? error), error);
        Assert.Equal(text, address.ToString());
    }

    [Theory]
    [InlineData("/ipfs/" + Peer, "/p2p/" + Peer)]
    [InlineData("/p2p/k51qzi5uqu5dhb6l8spkdx7yxafegfkee5by8h7lmjh2ehc2sgg34z7c15vzqs", "/p2p/" + Peer)]
    [InlineData("/p2p/bafzbeigvf25ytwc3akrijfecaotc74udrhcxzh2cx3we5qqnw5vgrei4bm", "/p2p/" + Hashed)]
    [InlineData("/ip4/127.0.0.1/tcp/1234/", "/ip4/127.0.0.1/tcp/1234")]
    [InlineData("/ip4/127.0.0.1/tcp/1234///", "/ip4/127.0.0.1/tcp/1234")]
    [InlineData("/unix/a/", "/unix/a")]
    public void Other_spelling_reads_as_the_canonical_one(string text, string canonical)
    {
        var address = Multiaddress.Parse(text);
        Assert.Equal(canonical, address.ToString());
        Assert.Equal(address, Multiaddress.Parse(canonical));
    }

    [Theory]
    [InlineData("zQmbWTwYGcmdyK9CYfNBcfs9nhZs17a6FQ4Y8oea278xx41")]
    [InlineData("b2uaraocy6yrdblb4sfptaddgimjmmpy")]
    public void Certificate_hash_in_another_base_is_written_in_base64url(string hash)
    {
        var address = Multiaddress.Parse("/certhash/" + hash);
        Assert.StartsWith("/certhash/u", address.ToString(), StringComparison.Ordinal);
        Assert.Equal(address, Multiaddress.Parse(address.ToString()));
    }

    [Fact]
    public void Text_that_utf8_cannot_express_is_refused() => AssertRefused("/dns4/" + (char)0xd800, "dns4");

    [Theory]
    [InlineData("")]
    [InlineData("/")]
    [InlineData("//")]
    [InlineData("1.2.3.4")]
    [InlineData(" /ip4/1.2.3.4")]
    [InlineData("/ip4")]
    [InlineData("/ip4/::1")]
    [InlineData("/ip4/1.2.3")]
    [InlineData("/ip4/1.2.3.4.5")]
    [InlineData("/ip4/1.2.3.256")]
    [InlineData("/ip4/01.2.3.4")]
    [InlineData("/ip4/0x1.2.3.4")]
    [InlineData("/ip4/1.2.3.+4")]
    [InlineData("/ip4/1.2.3. 4")]
    [InlineData("/ip4/1..3.4")]
    [InlineData("/ip4/16909060")]
    [InlineData("/ip4/1.2.3.4/ipcidr/256")]
    [InlineData("/ip6/1.2.3.4")]
    [InlineData("/ip6/[::1]")]
    [InlineData("/ip6/[::1]:80")]
    [InlineData("/ip6/fe80::1%eth0")]
    [InlineData("/ip6/fe80::1%1")]
    [InlineData("/ip6/1::2::3")]
    [InlineData("/ip6/1:2:3:4:5:6:7")]
    [InlineData("/ip6/1:2:3:4:5:6:7:8:9")]
    [InlineData("/ip6/12345::")]
    [InlineData("/ip6/::ffff:1.2.3")]
    [InlineData("/ip6/::ffff:01.2.3.4")]
    [InlineData("/ip6/::ffff:1.2.3.4:5")]
    [InlineData("/ip6/:::")]
    [InlineData("/ip6/:")]
    [InlineData("/ip6zone")]
    [InlineData("/ip6zone/")]
    [InlineData("/ip6zone//ip6/fe80::1")]
    [InlineData("/tcp")]
    [InlineData("/tcp/65536")]
    [InlineData("/tcp/-1")]
    [InlineData("/tcp/+1")]
    [InlineData("/tcp/01")]
    [InlineData("/tcp/ 1")]
    [InlineData("/tcp/1e1")]
    [InlineData("/tcp/٣")]
    [InlineData("/memory/18446744073709551616")]
    [InlineData("/quic-v1/1234")]
    [InlineData("/sctp/1")]
    [InlineData("/IP4/1.2.3.4")]
    [InlineData("/ip4/1.2.3.4//tcp/1")]
    [InlineData("/p2p")]
    [InlineData("/p2p/tcp")]
    [InlineData("/p2p/xyz")]
    [InlineData("/p2p/QmxoHT6iViN5xAjoz1VZ553cL31U9F94ht3QvWR1FrEbZY")]
    [InlineData("/unix")]
    [InlineData("/unix/")]
    [InlineData("/dns4/a\0b")]
    [InlineData("/certhash/b2uaraocy6yrdblb4sfptaddgimjmmp")]
    [InlineData("/certhash/u")]
    public void Text_that_is_no_address_is_refused_with_a_reason(string text)
    {
        Assert.False(Multiaddress.TryParse(text, out var address, out string? error));
        Assert.Null(address);
        Assert.NotEmpty(error);
        Assert.Equal(error, Assert.Throws<MultiaddressFormatException>(() => Multiaddress.Parse(text)).Message);
    }

    [Theory]
    [InlineData("")]
    [InlineData("04")]
    [InlineData("04010203")]
    [InlineData("8400" + "01020304")]
    [InlineData("ffffffffffffffffffff01")]
    [InlineData("05")]
    [InlineData("00")]
    [InlineData("0600")]
    [InlineData("3600")]
    [InlineData("3605612e62")]
    [InlineData("368300612e62")]
    [InlineData("36ffffffffffffffff7f61")]
    [InlineData("3602ff61")]
    [InlineData("3603612f62")]
    [InlineData("a503" + "020102")]
    [InlineData("9003" + "0161")]
    [InlineData("9003" + "03" + "2f612f")]
    [InlineData("9003" + "02" + "2f61" + "060001")]
    public void Bytes_that_are_no_address_are_refused_with_a_reason(string hex)
    {
        Assert.False(Multiaddress.TryFromBytes(Convert.FromHexString(hex), out var address, out string? error));
        Assert.Null(address);
        Assert.NotEmpty(error);
    }

    [Theory]
    [InlineData("0:0:0:0:0:0:0:0", "::")]
    [InlineData("0:0:0:0:0:0:0:1", "::1")]
    [InlineData("1:0:0:0:0:0:0:0", "1::")]
    [InlineData("2001:0DB8:0:0:1:0:0:1", "2001:db8::1:0:0:1")]
    [InlineData("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1")]
    [InlineData("2001:db8::1:1:1:1:1", "2001:db8:0:1:1:1:1:1")]
    [InlineData("2001:0:0:1:0:0:0:1", "2001:0:0:1::1")]
    [InlineData("::1.2.3.4", "::102:304")]
    [InlineData("::ffff:1.2.3.4", "::ffff:1.2.3.4")]
    [InlineData("::FFFF:102:304", "::ffff:1.2.3.4")]
    [InlineData("64:ff9b::1.2.3.4", "64:ff9b::102:304")]
    [InlineData("fe80::5efe:1.2.3.4", "fe80::5efe:102:304")]
    [InlineData("1:2:3:4:0:5efe:0.0.0.0", "1:2:3:4:0:5efe::")]
    public void Ip6_is_written_as_rfc_5952_says(string written, string canonical)
    {
        var address = Multiaddress.Parse("/ip6/" + written);
        Assert.Equal("/ip6/" + canonical, address.ToString());
        Assert.Equal(IPAddress.Parse(written), address.LeadingAddress);
    }

    [Fact]
    public void Components_name_protocol_and_value()
    {
        var address = Multiaddress.Parse("/ip4/1.2.3.4/tcp/4001/ws");
        Assert.Equal([MultiaddressProtocol.Ip4, MultiaddressProtocol.Tcp, MultiaddressProtocol.Ws], address.Components.Select(c => c.Protocol));
        Assert.Equal(["1.2.3.4", "4001", ""], address.Components.Select(c => c.Value));
        Assert.Equal(["ip4", "tcp", "ws"], address.Components.Select(c => c.Name));
        Assert.Equal(address.Components[1], Multiaddress.Parse("/tcp/4001").Components[0]);
    }

    [Fact]
    public void Bounds_hold_in_both_forms()
    {
        string most = string.Concat(Enumerable.Repeat("/ws", Multiaddress.MaxComponents));
        var address = Multiaddress.Parse(most);
        AssertRefused(most + "/ws", "components");
        Assert.False(Multiaddress.TryFromBytes([.. address.Bytes, 0xdd, 0x03], out _, out string? error));
        Assert.Contains("components", error, StringComparison.Ordinal);

        Assert.True(Multiaddress.TryParse("/dns4/" + new string('a', 255), out _));
        AssertRefused("/dns4/" + new string('a', 256), "dns4");
        AssertRefused("/unix/" + new string('a', 256), "unix");
        AssertRefused("/ip6zone/" + new string('a', 65) + "/ip6/::1", "ip6zone");
        AssertRefused(string.Concat(Enumerable.Repeat("/dns4/" + new string('a', 255), 4)), "bytes");
        AssertRefused(string.Concat(Enumerable.Repeat("/dns4/" + new string('a', 255), 8)), "characters");
        AssertRefused("/" + new string('x', 1_000_000), "characters");
        Assert.False(Multiaddress.TryFromBytes(new byte[Multiaddress.MaxLength + 1], out _, out error));
        Assert.Contains("bytes", error, StringComparison.Ordinal);
    }

    private static void AssertRefused(string text, string reason)
    {
        Assert.False(Multiaddress.TryParse(text, out _, out string? error));
        Assert.Contains(reason, error, StringComparison.Ordinal);
    }
}
