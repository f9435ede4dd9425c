using System.Globalization;
using System.Net;
using System.Text.Json;
using Rcmgr.Libp2p.Multiaddr;

namespace Rcmgr.Tool.Conformance;

/// <summary>
/// The limits by address that behave as the published ones with a recorded configuration: everything in both directions, loopback
/// and allowlisted networks as rules like others, IPv4 in IPv6 kept apart, and one bucket for all that has no address.
/// </summary>
internal static class PublishedLimits
{
    private static readonly ConnectionLimits Lifted =
        ConnectionLimits.None with { IncludeOutbound = true, ExemptLoopback = false, Published = PublishedAdmission.All };

    private static readonly NetworkLimit[] LoopbackIPv4 = [new(IPNetwork.Parse("127.0.0.0/8"), ResourceLimits.Unlimited)];
    private static readonly NetworkLimit[] LoopbackIPv6 = [new(IPNetwork.Parse("::1/128"), ResourceLimits.Unlimited)];

    /// <summary>The published defaults of everything.</summary>
    public static ConnectionLimits Default { get; } =
        ConnectionLimits.Default with { IncludeOutbound = true, Published = PublishedAdmission.All };

    /// <summary>Connections for each subnet and network; no rates.</summary>
    public static ConnectionLimits OfConnections(JsonElement config) => Lifted with
    {
        SubnetsIPv4 = Subnets(config, "v4", ConnectionLimits.Default.SubnetsIPv4, 32),
        SubnetsIPv6 = Subnets(config, "v6", ConnectionLimits.Default.SubnetsIPv6, 128),
        Networks =
        [
            .. Networks(config, "netV4", LoopbackIPv4).Concat(Networks(config, "netV6", LoopbackIPv6)).Concat(Allowlisted(config))
                .DistinctBy(limit => limit.Network),
        ],
    };

    /// <summary>Rates for each subnet, network and all together; no limits of connections.</summary>
    public static ConnectionLimits OfRates(JsonElement config) => Lifted with
    {
        RatesIPv4 = [.. Items(config, "ipv4Subnets").Select(SubnetRateOf)],
        RatesIPv6 = [.. Items(config, "ipv6Subnets").Select(SubnetRateOf)],
        NetworkRates = [.. Items(config, "networkPrefixLimits").Select(item => new NetworkRate(NetworkOf(item, "prefix"), RateOf(item)))],
        GlobalRate = config.TryGetProperty("global", out JsonElement global) ? RateOf(global) : ConnectionRate.Unlimited,
    };

    /// <summary>The recorded allowlist.</summary>
    public static Allowlist AllowlistOf(JsonElement config)
    {
        Allowlist allowlist = new();
        foreach (AllowlistAddress address in AllowlistAddresses(config))
            allowlist.Add(AllowlistSuite.ToEntry(address));
        return allowlist;
    }

    /// <summary>Limits of scopes without bounds but for the two that recordings set.</summary>
    public static ResourceManagerLimits ScopesOf(JsonElement item) => ResourceManagerLimits.Infinite with
    {
        System = ResourceLimits.AllowAll with { Connections = Number(item, "systemConns") },
        AllowlistedSystem = ResourceLimits.AllowAll with { Connections = Number(item, "allowlistedSystemConns") },
    };

    // A prefix that does not fit its family is an error here; published, it denies every connection.
    private static SubnetLimit[] Subnets(JsonElement config, string name, IReadOnlyList<SubnetLimit> defaults, int longest)
    {
        if (!config.TryGetProperty(name, out _))
            return [.. defaults];
        SubnetLimit[] given = [.. Items(config, name).Select(item => new SubnetLimit(
            item.GetProperty("prefixLength").GetInt32(), item.GetProperty("connCount").GetInt64()))];
        return given.Any(limit => limit.PrefixLength < 0 || limit.PrefixLength > longest) ? [new SubnetLimit(0, 0)] : given;
    }

    private static IEnumerable<NetworkLimit> Networks(JsonElement config, string name, IEnumerable<NetworkLimit> defaults) =>
        config.TryGetProperty(name, out _)
            ? Items(config, name).Select(item => new NetworkLimit(NetworkOf(item, "network"), item.GetProperty("connCount").GetInt64()))
            : defaults;

    /// <summary>Each network for every peer is a rule with the room of the allowlisted system scope, unless there is a rule for it.</summary>
    private static IEnumerable<NetworkLimit> Allowlisted(JsonElement config) =>
        AllowlistAddresses(config).Where(address => address.Peer is null)
            .Select(address => new NetworkLimit(address.Network, Number(config, "allowlistedSystemConns")));

    private static IEnumerable<AllowlistAddress> AllowlistAddresses(JsonElement config) =>
        Items(config, "allowlist").Select(address => AllowlistAddress.Parse(address.GetString()!));

    private static SubnetRate SubnetRateOf(JsonElement item) => new(item.GetProperty("prefixLength").GetInt32(), RateOf(item));

    private static ConnectionRate RateOf(JsonElement item) =>
        new(item.GetProperty("rps").GetDouble(), item.GetProperty("burst").GetInt64());

    private static IPNetwork NetworkOf(JsonElement item, string name)
    {
        string[] parts = item.GetProperty(name).GetString()!.Split('/');
        int length = int.Parse(parts[1], CultureInfo.InvariantCulture);
        byte[] bytes = IPAddress.Parse(parts[0]).GetAddressBytes();
        for (int i = 0; i < bytes.Length; i++)
            bytes[i] &= (byte)(0xff00 >> Math.Clamp(length - (8 * i), 0, 8));
        return new IPNetwork(new IPAddress(bytes), length);
    }

    private static long Number(JsonElement item, string name) =>
        item.TryGetProperty(name, out JsonElement value) ? value.GetInt64() : ResourceLimits.Unlimited;

    private static JsonElement.ArrayEnumerator Items(JsonElement config, string name) =>
        config.TryGetProperty(name, out JsonElement list) && list.ValueKind == JsonValueKind.Array ? list.EnumerateArray() : default;
}
