using System.Net;
using CsCheck;
using Rcmgr.Libp2p.Multiaddr;

namespace Rcmgr.Libp2p.Tests.Multiaddr;

public sealed class MultiaddressFuzzTests
{
    private static readonly string[] Seeds =
    [
        "/ip4/1.2.3.4/tcp/4001/p2p/12D3KooWCryG7Mon9orvQxcS1rYZjotPgpwoJNHHKcLLfE4Hf5mV",
        "/ip6zone/eth0/ip6/fe80::1/udp/1/quic-v1/webtransport/certhash/uEiDDq4_xNyDorZBH3TlGyJjaW5dpTOkvXYV6Z4Z-h9qW9w",
        "/dns4/a.example/tcp/443/tls/sni/a.example/ws/p2p/QmcgpsyWgH8Y8ajJz1Cu72KnS5uo2Aa2LpzU7kinSupNKC/p2p-circuit",
        "/ip6/::ffff:1.2.3.4/ipcidr/120/unix/a/b",
        "/memory/17/dnsaddr/x/webrtc-direct/noise/http",
    ];

    private static readonly Gen<string> Seed = Gen.Int[0, Seeds.Length - 1].Select(i => Seeds[i]);

    private static readonly Gen<string> Piece = Gen.OneOf(
        Gen.Int[0, Seeds.Length * 16].Select(i => Seeds[i % Seeds.Length].Split('/')[1..] is var parts ? parts[i % parts.Length] : ""),
        Gen.UShort.Select(n => n.ToString(null, null)),
        Gen.String[0, 6]);

    [Fact]
    public void Random_bytes_never_break_the_reader() => Gen.Byte.Array[0, 80].Sample(CheckBytes, iter: 5000);

    [Fact]
    public void Changed_bytes_never_break_the_reader() =>
        Gen.Select(Seed, Gen.Select(Gen.Int[0, 500], Gen.Byte).Array[1, 4], Gen.Int[0, 100]).Sample(
            (seed, changes, cut) =>
            {
                byte[] bytes = Multiaddress.Parse(seed).ToBytes();
                foreach (var (at, value) in changes)
                {
                    bytes[at % bytes.Length] = value;
                }
                CheckBytes(bytes[..Math.Max(1, bytes.Length - (cut > 50 ? 0 : cut))]);
            },
            iter: 2000);

    [Fact]
    public void Random_texts_never_break_the_reader() =>
        Gen.OneOf(Gen.String, Piece.Array[0, 40].Select(pieces => "/" + string.Join('/', pieces))).Sample(CheckText, iter: 5000);

    [Fact]
    public void Changed_texts_never_break_the_reader() =>
        Gen.Select(Seed, Gen.Int[0, 200], Gen.Char, Gen.Int[0, 3]).Sample(
            (seed, at, replacement, removed) =>
            {
                at %= seed.Length;
                CheckText(seed[..at] + replacement + seed[Math.Min(seed.Length, at + removed)..]);
            },
            iter: 5000);

    [Fact]
    public void Every_ip6_address_is_read_back_from_its_text() =>
        Gen.Select(Gen.OneOf(Gen.UShort, Gen.Const((ushort)0)).Array[8], Gen.Bool).Sample(
            (groups, mapped) =>
            {
                byte[] bytes = [.. groups.SelectMany(g => new[] { (byte)(g >> 8), (byte)g })];
                if (mapped)
                {
                    bytes = new IPAddress(bytes.AsSpan(12)).MapToIPv6().GetAddressBytes();
                }
                string text = IpValues.FormatIp6(bytes)!;
                Assert.Equal(bytes, IpValues.ParseIp6(text));
                Assert.Equal(bytes, IPAddress.Parse(text).GetAddressBytes());
            },
            iter: 5000);

    private static void CheckBytes(byte[] bytes)
    {
        if (!Multiaddress.TryFromBytes(bytes, out var address, out string? error))
        {
            Assert.NotEmpty(error);
            return;
        }
        Assert.Equal(bytes, address.ToBytes());
        Assert.Equal(address, Multiaddress.Parse(address.ToString()));
        CheckHelpers(address);
    }

    private static void CheckText(string text)
    {
        if (!Multiaddress.TryParse(text, out var address, out string? error))
        {
            Assert.NotEmpty(error);
            return;
        }
        Assert.Equal(address, Multiaddress.Parse(address.ToString()));
        Assert.True(Multiaddress.TryFromBytes(address.Bytes, out var again, out _));
        Assert.Equal(address, again);
        CheckHelpers(address);
    }

    private static void CheckHelpers(Multiaddress address)
    {
        _ = address.LeadingAddress;
        _ = address.WithoutPeer();
        address.TryGetTcpEndPoint(out _);
        address.TryGetQuicEndPoint(out _);
        if (AllowlistAddress.TryCreate(address, out var entry, out string? error))
        {
            Assert.True(entry.Network.Contains(entry.Network.BaseAddress));
            return;
        }
        Assert.NotEmpty(error);
    }
}
