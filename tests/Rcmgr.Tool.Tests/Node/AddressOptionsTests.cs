using System.CommandLine;
using System.Net;
using Rcmgr.Tool.Admin;
using Rcmgr.Tool.Commands;

namespace Rcmgr.Tool.Tests.Node;

/// <summary>What a node's command line says about limits by address, and how its refusals are spelled.</summary>
public sealed class AddressOptionsTests
{
    [Fact]
    public void A_node_has_the_published_limits_unless_told_otherwise()
    {
        (ConnectionLimits limits, Allowlist allowlist) = Parse();

        Assert.Equal([new SubnetLimit(32, 8)], limits.SubnetsIPv4);
        Assert.Equal([new SubnetRate(56, new(0.2, 16)), new SubnetRate(48, new(0.5, 80))], limits.RatesIPv6);
        Assert.True(limits.ExemptLoopback);
        Assert.False(limits.IncludeOutbound);
        Assert.Empty(allowlist.Entries);
    }

    [Fact]
    public void Profiles_shared_addresses_and_the_allowlist_are_taken_from_the_command_line()
    {
        (ConnectionLimits limits, Allowlist allowlist) = Parse(
            "--connection-limits", "private", "--peers-per-address", "5", "--allow", "/ip4/192.0.2.0/ipcidr/24", "/ip6/2001:db8::1");

        Assert.Equal([new SubnetLimit(32, 40)], limits.SubnetsIPv4);
        Assert.Equal(ConnectionLimits.PrivateNetwork.Networks, limits.Networks);
        Assert.True(allowlist.Allows(IPAddress.Parse("192.0.2.9")));
        Assert.Equal(2, allowlist.Entries.Count);
        Assert.Empty(Parse("--connection-limits", "none").Limits.SubnetsIPv4);
    }

    [Fact]
    public void What_is_no_profile_is_a_file_that_scales_its_own_limits()
    {
        (Command command, AddressOptions options) = Create();

        Assert.Equal("./addresses.json", options.ReadFile(command.Parse(["--connection-limits", "./addresses.json"])));
        Assert.Null(options.ReadFile(command.Parse(["--connection-limits", "private"])));
        Assert.NotEmpty(command.Parse(["--connection-limits", "./addresses.json", "--peers-per-address", "5"]).Errors);
    }

    [Theory]
    [InlineData(RefusalReason.SubnetLimit, "subnetLimit")]
    [InlineData(RefusalReason.NetworkLimit, "networkLimit")]
    [InlineData(RefusalReason.ConnectionRate, "connectionRate")]
    public void Refusals_by_address_have_reasons_of_their_own_in_json(RefusalReason reason, string name)
    {
        Assert.Equal(name, AdminNames.Of(reason));
        Assert.Equal(reason, AdminNames.ParseReason(name));
    }

    private static (ConnectionLimits Limits, Allowlist Allowlist) Parse(params string[] args)
    {
        (Command command, AddressOptions options) = Create();
        ParseResult parsed = command.Parse(args);
        Assert.Empty(parsed.Errors);
        return (options.ReadLimits(parsed), options.ReadAllowlist(parsed));
    }

    private static (Command Command, AddressOptions Options) Create()
    {
        AddressOptions options = new();
        Command command = new("node", "");
        options.AddTo(command);
        return (command, options);
    }
}
