using System.Globalization;
using System.Net;

namespace Rcmgr;

/// <summary>One rule or switch of a manager's limits by address that new limits change.</summary>
/// <param name="Key">The member and rule, such as <c>ConnectionLimits.SubnetsIPv4[/32].Connections</c>.</param>
/// <param name="From">What it was, in words.</param>
/// <param name="To">What it is then, in words.</param>
public sealed record ConnectionLimitChange(string Key, string From, string To)
{
    /// <summary>Key and both values, in words.</summary>
    public override string ToString() => $"{Key}: {From} -> {To}";
}

/// <summary>A subnet or network that holds more connections than new limits allow.</summary>
/// <param name="Network">The subnet or network.</param>
/// <param name="ConfigurationKey">The member and rule of the new limits.</param>
/// <param name="Held">Connections that it holds.</param>
/// <param name="Limit">Connections that the new limits allow it.</param>
public sealed record OverConnectionLimit(IPNetwork Network, string ConfigurationKey, long Held, long Limit)
{
    /// <summary>Network and both numbers, in words.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"address:{Network}: {Held} in use, {Limit} allowed by {ConfigurationKey}");
}

/// <summary>What new limits by address change, at the instant at which they were compared with the open connections. Immutable.</summary>
public sealed class ConnectionLimitsPlan
{
    private const string NoRule = "no rule";

    internal ConnectionLimitsPlan(ConnectionLimits from, ConnectionLimits to, IReadOnlyList<OverConnectionLimit> over)
    {
        From = from;
        To = to;
        Changes = [.. FindChanges(Describe(from), Describe(to))];
        Over = over;
    }

    /// <summary>The limits before.</summary>
    public ConnectionLimits From { get; }

    /// <summary>The limits after.</summary>
    public ConnectionLimits To { get; }

    /// <summary>Every rule and switch that changes.</summary>
    public IReadOnlyList<ConnectionLimitChange> Changes { get; }

    /// <summary>
    /// The subnets and networks that hold more connections than the new limits allow. They keep them, and new ones are refused until
    /// enough were closed.
    /// </summary>
    public IReadOnlyList<OverConnectionLimit> Over { get; }

    /// <summary>Whether nothing changes.</summary>
    public bool IsEmpty => Changes.Count == 0;

    private static IEnumerable<ConnectionLimitChange> FindChanges(Dictionary<string, string> old, Dictionary<string, string> next) =>
        old.Keys.Union(next.Keys)
            .Select(key => new ConnectionLimitChange(
                $"{nameof(ConnectionLimits)}.{key}", old.GetValueOrDefault(key, NoRule), next.GetValueOrDefault(key, NoRule)))
            .Where(change => change.From != change.To);

    private static Dictionary<string, string> Describe(ConnectionLimits limits)
    {
        Dictionary<string, string> rules = [];
        AddSubnets(rules, nameof(limits.SubnetsIPv4), limits.SubnetsIPv4);
        AddSubnets(rules, nameof(limits.SubnetsIPv6), limits.SubnetsIPv6);
        foreach (NetworkLimit limit in limits.Networks)
            rules[$"{nameof(limits.Networks)}[{CanonicalAddress.Of(limit.Network)}].Connections"] = LimitChange.Text(limit.Connections);
        AddRates(rules, nameof(limits.RatesIPv4), limits.RatesIPv4);
        AddRates(rules, nameof(limits.RatesIPv6), limits.RatesIPv6);
        foreach (NetworkRate rate in limits.NetworkRates)
            rules[$"{nameof(limits.NetworkRates)}[{CanonicalAddress.Of(rate.Network)}]"] = Text(rate.Rate);
        rules[nameof(limits.GlobalRate)] = Text(limits.GlobalRate);
        rules[nameof(limits.ExemptLoopback)] = Text(limits.ExemptLoopback);
        rules[nameof(limits.IncludeOutbound)] = Text(limits.IncludeOutbound);
        return rules;
    }

    private static void AddSubnets(Dictionary<string, string> rules, string member, IReadOnlyList<SubnetLimit> subnets)
    {
        foreach (SubnetLimit limit in subnets)
            rules[$"{member}[{ConnectionLimitsNames.OfLength(limit.PrefixLength)}].Connections"] = LimitChange.Text(limit.Connections);
    }

    private static void AddRates(Dictionary<string, string> rules, string member, IReadOnlyList<SubnetRate> rates)
    {
        foreach (SubnetRate rate in rates)
            rules[$"{member}[{ConnectionLimitsNames.OfLength(rate.PrefixLength)}]"] = Text(rate.Rate);
    }

    private static string Text(ConnectionRate rate) =>
        rate.IsUnlimited ? "unlimited" : string.Create(CultureInfo.InvariantCulture, $"{rate.Burst} at once and {rate.PerSecond} a second");

    private static string Text(bool isOn) => isOn ? "true" : "false";
}
