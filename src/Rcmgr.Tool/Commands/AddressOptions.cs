using System.CommandLine;
using System.CommandLine.Parsing;
using Rcmgr.Libp2p.Multiaddr;

namespace Rcmgr.Tool.Commands;

/// <summary>The options of a node that say which connections it admits by the address they come from.</summary>
internal sealed class AddressOptions
{
    private readonly Option<string> _limits = new("--connection-limits")
    {
        Description = "Connections and rates for each address: the published ones, those without limits for private networks, none, or those of "
            + "a JSON file, whose changes are checked and applied while the node runs.",
        HelpName = "default|private|none|FILE",
        DefaultValueFactory = _ => "default",
    };

    private readonly Option<int> _peers = new("--peers-per-address")
    {
        Description = "How many peers may share one address behind a NAT: limits and rates of addresses are that many times as high.",
        HelpName = "N",
        DefaultValueFactory = _ => 1,
    };

    private readonly Option<AllowlistAddress[]> _allow = new("--allow")
    {
        Description = "Networks or peers that may connect when the node is full, such as /ip4/192.0.2.0/ipcidr/24 or /ip4/192.0.2.7/p2p/ID.",
        HelpName = "ADDR",
        AllowMultipleArgumentsPerToken = true,
        CustomParser = ParseAllowed,
    };

    public AddressOptions()
    {
        _peers.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 or > 1_000_000)
                result.AddError("--peers-per-address takes a number from 1 to 1000000.");
        });
    }

    public void AddTo(Command command)
    {
        command.Add(_limits);
        command.Add(_peers);
        command.Add(_allow);
        command.Validators.Add(result =>
        {
            if (result.GetResult(_peers) is { Implicit: false } && ConnectionLimitsNames.FindProfile(result.GetValue(_limits)) is null)
                result.AddError("--peers-per-address goes with a profile; a file of limits has PeersPerAddress.");
        });
    }

    /// <summary>The profile, or what a file is laid over.</summary>
    public ConnectionLimits ReadLimits(ParseResult parsed) =>
        (ConnectionLimitsNames.FindProfile(parsed.GetValue(_limits)) ?? ConnectionLimits.Default).WithPeersPerAddress(parsed.GetValue(_peers));

    /// <summary>The file; null for a profile alone.</summary>
    public string? ReadFile(ParseResult parsed) =>
        ConnectionLimitsNames.FindProfile(parsed.GetValue(_limits)) is null ? parsed.GetValue(_limits) : null;

    public Allowlist ReadAllowlist(ParseResult parsed)
    {
        Allowlist allowlist = new();
        foreach (AllowlistAddress address in parsed.GetValue(_allow) ?? [])
            allowlist.Add(new AllowlistEntry(address.Network, address.Peer?.Key));
        return allowlist;
    }

    private static AllowlistAddress[] ParseAllowed(ArgumentResult argument)
    {
        List<AllowlistAddress> allowed = [];
        foreach (string text in argument.Tokens.Select(token => token.Value))
        {
            if (AllowlistAddress.TryParse(text, out AllowlistAddress? address, out string? error))
                allowed.Add(address);
            else
                argument.AddError($"'{text}' cannot be on an allowlist: {error}.");
        }

        return [.. allowed];
    }
}
