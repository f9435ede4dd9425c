using System.Globalization;
using System.Net;

namespace Rcmgr;

/// <summary>What a refusal says about the rule that refused: made once, so that refusing allocates nothing.</summary>
/// <param name="Reason">The kind of rule.</param>
/// <param name="Key">Where the rule stands.</param>
/// <param name="Network">The network of a rule for one network.</param>
/// <param name="PrefixLength">The length of a subnet rule's subnets; null for rules of one network or of everybody.</param>
/// <param name="Limit">Connections at a time, or at once.</param>
/// <param name="PerSecond">The rate of a rule about rates.</param>
internal sealed record AddressRule(
    RefusalReason Reason, string Key, AddressPrefix? Network, int? PrefixLength, long Limit, double PerSecond = 0)
{
    /// <summary>The network that a refused address shares its limit with; null for the rate of everybody.</summary>
    public IPNetwork? NetworkOf(IPAddress? address)
    {
        if (Network is { } network)
            return network.ToNetwork();
        return PrefixLength is { } length && address is not null ? AddressPrefix.Of(AddressValue.Of(address), length).ToNetwork() : null;
    }

    public string NameOf(IPAddress? address) => NetworkOf(address) is { } network ? $"address:{network}" : "address:any";

    public string Describe(in Refusal refusal)
    {
        string direction = refusal.Direction == Direction.Inbound ? "inbound" : "outbound";
        string why = Reason == RefusalReason.ConnectionRate
            ? string.Create(CultureInfo.InvariantCulture, $"{Limit} at once and {PerSecond} a second allowed, {Wait(refusal.RetryAfter)}")
            : string.Create(CultureInfo.InvariantCulture, $"{refusal.Current} in use, {Limit} allowed");
        return $"{refusal.ScopeName}: refused 1 {direction} connection: {why}; to allow more, raise {Key}";
    }

    private static string Wait(TimeSpan? retryAfter) => retryAfter is { } wait && wait < TimeSpan.MaxValue
        ? string.Create(CultureInfo.InvariantCulture, $"next in {wait.TotalSeconds:0.###} s")
        : "never a next one";
}
