using System.Net;
using System.Text.Json;
using Rcmgr.Libp2p.Identity;
using Rcmgr.Libp2p.Multiaddr;

namespace Rcmgr.Libp2p.Tests.Multiaddr;

public sealed class AllowlistAddressTests
{
    private const string Peer = "12D3KooWCryG7Mon9orvQxcS1rYZjotPgpwoJNHHKcLLfE4Hf5mV";

    private static readonly JsonElement Cases =
        JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Data", "allowlist.json"))).RootElement.GetProperty("cases");

    public static TheoryData<string> CaseNames => [.. Cases.EnumerateArray().Select(c => c.GetProperty("name").GetString()!)];

    /// <summary>A plain list stands in for the manager's allowlist: what is under test is what the addresses mean.</summary>
    [Theory, MemberData(nameof(CaseNames))]
    public void Recorded_case_gives_the_same_answers(string name)
    {
        var entries = new List<AllowlistAddress>();
        var ops = Cases.EnumerateArray().Single(c => c.GetProperty("name").GetString() == name).GetProperty("ops");
        foreach (var op in ops.EnumerateArray())
        {
            Run(op, entries);
        }
    }

    [Theory]
    [InlineData("/ip4/1.2.3.4", "1.2.3.4/32", null)]
    [InlineData("/ip4/1.2.3.4/ipcidr/0", "0.0.0.0/0", null)]
    [InlineData("/ip4/255.255.255.255/ipcidr/9", "255.128.0.0/9", null)]
    [InlineData("/ip4/1.2.3.4/ipcidr/32/p2p/" + Peer, "1.2.3.4/32", Peer)]
    [InlineData("/p2p/" + Peer + "/ipcidr/24/ip4/1.2.3.4/tcp/9", "1.2.3.0/24", Peer)]
    [InlineData("/ip4/1.1.1.1/ip6/2001:db8::1", "2001:db8::1/128", null)]
    [InlineData("/ip6/2001:db8:ffff::1/ipcidr/33", "2001:db8:8000::/33", null)]
    [InlineData("/ip6/::ffff:1.2.3.4", "1.2.3.4/32", null)]
    [InlineData("/ip6/::ffff:1.2.3.4/ipcidr/120", "1.2.3.0/24", null)]
    [InlineData("/ip6/::ffff:1.2.3.4/ipcidr/96", "0.0.0.0/0", null)]
    [InlineData("/ip6/::ffff:1.2.3.4/ipcidr/95", "::fffe:0:0/95", null)]
    [InlineData("/ip6/::/ipcidr/0", "::/0", null)]
    public void Network_is_masked_and_mapped_addresses_are_ip4(string text, string network, string? peer)
    {
        var entry = AllowlistAddress.Parse(text);
        Assert.Equal(IPNetwork.Parse(network), entry.Network);
        Assert.Equal(peer, entry.Peer?.ToString());
    }

    [Theory]
    [InlineData("/p2p/" + Peer, "missing ip address")]
    [InlineData("/dns4/x/tcp/1", "missing ip address")]
    [InlineData("/ip4/1.2.3.4/ipcidr/33", "invalid CIDR address: 1.2.3.4/33")]
    [InlineData("/ip6/::/ipcidr/129", "invalid CIDR address: ::/129")]
    [InlineData("/ip4/1.2.3", "'1.2.3' is not a valid value of ip4")]
    [InlineData("1.2.3.4/24", "must begin with")]
    public void Entry_that_means_no_network_is_refused_with_a_reason(string text, string reason)
    {
        Assert.False(AllowlistAddress.TryParse(text, out _, out string? error));
        Assert.Contains(reason, error, StringComparison.Ordinal);
        Assert.Throws<MultiaddressFormatException>(() => AllowlistAddress.Parse(text));
    }

    private static void Run(JsonElement op, List<AllowlistAddress> entries)
    {
        string text = op.GetProperty("addr").GetString()!;
        string kind = op.GetProperty("op").GetString()!;
        if (kind is "add" or "remove")
        {
            Change(op, text, kind, entries);
            return;
        }
        var peer = kind == "allowedPeer" ? PeerId.Parse(op.GetProperty("peer").GetString()!) : null;
        Assert.Equal(op.GetProperty("result").GetBoolean(), Allows(entries, Multiaddress.Parse(text), peer));
    }

    private static void Change(JsonElement op, string text, string kind, List<AllowlistAddress> entries)
    {
        bool taken = AllowlistAddress.TryParse(text, out var entry, out string? error);
        Assert.Equal(!op.TryGetProperty("error", out var expected), taken);
        if (entry is null)
        {
            AssertReason(expected.GetString()!, error!);
            return;
        }
        if (kind == "add")
        {
            entries.Add(entry);
            return;
        }
        int index = entries.LastIndexOf(entry);
        if (index >= 0)
        {
            entries.RemoveAt(index);
        }
    }

    /// <summary>Our words for malformed addresses are our own; the allowlist's own errors are the recorded ones.</summary>
    private static void AssertReason(string expected, string actual)
    {
        Assert.NotEmpty(actual);
        if (!expected.StartsWith("multiaddr:", StringComparison.Ordinal))
        {
            Assert.Equal(expected, actual);
        }
    }

    private static bool Allows(List<AllowlistAddress> entries, Multiaddress address, PeerId? peer)
    {
        if (address.LeadingAddress is not { } ip)
        {
            return false;
        }
        var canonical = ip.IsIPv4MappedToIPv6 ? ip.MapToIPv4() : ip;
        return entries.Any(e => e.Network.Contains(canonical) && (peer is null || e.Peer is null || e.Peer == peer));
    }
}
