using System.Net;
using static Rcmgr.Tests.Accounting.TestManagers;

namespace Rcmgr.Tests.Admission;

public sealed class AllowlistTests
{
    [Theory]
    [InlineData("10.0.0.0/8", "10.255.0.1", true)]
    [InlineData("10.0.0.0/8", "11.0.0.1", false)]
    [InlineData("10.0.0.1/32", "10.0.0.1", true)]
    [InlineData("10.0.0.1/32", "10.0.0.2", false)]
    [InlineData("0.0.0.0/0", "192.0.2.1", true)]
    [InlineData("0.0.0.0/0", "2001:db8::1", false)]
    [InlineData("::/0", "2001:db8::1", true)]
    [InlineData("::/0", "192.0.2.1", false)]
    [InlineData("2001:db8::/32", "2001:db8:1::1", true)]
    [InlineData("10.0.0.0/8", "::ffff:10.0.0.1", true)]
    [InlineData("::ffff:10.0.0.0/104", "10.0.0.1", true)]
    [InlineData("fe80::/10", "fe80::1%3", true)]
    public void An_address_is_allowed_if_it_lies_in_the_network(string network, string address, bool expected)
    {
        Allowlist allowlist = new();
        allowlist.Add(new AllowlistEntry(IPNetwork.Parse(network)));

        Assert.Equal(expected, allowlist.Allows(IPAddress.Parse(address)));
        Assert.Equal(expected, allowlist.Allows(IPAddress.Parse(address), Alice));
    }

    [Fact]
    public void An_entry_for_one_peer_lets_the_address_in_and_then_that_peer_alone()
    {
        Allowlist allowlist = new();
        allowlist.Add(new AllowlistEntry(IPNetwork.Parse("10.0.0.0/8"), Alice));
        IPAddress address = IPAddress.Parse("10.0.0.1");

        Assert.True(allowlist.Allows(address));
        Assert.True(allowlist.Allows(address, new PeerKey("alice")));
        Assert.False(allowlist.Allows(address, Bob));
    }

    [Fact]
    public void Removing_takes_one_equal_entry_at_a_time()
    {
        Allowlist allowlist = new();
        AllowlistEntry entry = new(IPNetwork.Parse("10.0.0.0/8"));
        allowlist.Add(entry);
        allowlist.Add(new AllowlistEntry(IPNetwork.Parse("10.0.0.0/8"), Alice));
        allowlist.Add(entry);

        Assert.True(allowlist.Remove(new AllowlistEntry(IPNetwork.Parse("10.0.0.0/8"))));
        Assert.Equal(2, allowlist.Entries.Count);
        Assert.True(allowlist.Remove(entry));
        Assert.False(allowlist.Remove(entry));
        Assert.Equal(Alice, Assert.Single(allowlist.Entries).Peer);
    }
}
