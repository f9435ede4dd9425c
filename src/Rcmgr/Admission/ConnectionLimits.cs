using System.Net;

namespace Rcmgr;

/// <summary>
/// Which connections are admitted by the address they come from: how many at a time and how fast (specification §5). Immutable;
/// <c>new ConnectionLimits()</c> has the published defaults. Addresses are judged in canonical form: an IPv4 address that is written
/// as IPv6 is that IPv4 address, and scope ids do not count. Connections without an IP address meet the global rate only.
/// Two instances with the same content are equal. <see cref="ConnectionLimitsJson"/> reads and writes the JSON form.
/// </summary>
/// <remarks>
/// Networks that the <see cref="Allowlist"/> opens to every peer are exempt from all of it. An entry for one peer exempts nobody:
/// who is calling is not known before the handshake.
/// </remarks>
public sealed record ConnectionLimits
{
    private static readonly string[] PrivateNetworks =
    [
        "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "169.254.0.0/16", "fc00::/7", "fe80::/10",
    ];

    /// <summary>
    /// The published defaults (specification §5.2, §5.4): 8 connections from an IPv4 address or IPv6 /56 and 64 from a /48; 16 at once
    /// and then one in 5 s, 80 at once and then one in 2 s for a /48; loopback exempt.
    /// </summary>
    public static ConnectionLimits Default { get; } = new();

    /// <summary>No limits by address.</summary>
    public static ConnectionLimits None { get; } = new() { SubnetsIPv4 = [], SubnetsIPv6 = [], RatesIPv4 = [], RatesIPv6 = [] };

    /// <summary>
    /// For a private network: <see cref="Default"/> for the world, no limits for the address ranges that are not routed on the
    /// internet (RFC 1918, RFC 6598, RFC 4193, link-local). Not for a node behind a proxy or port mapping that hides the callers'
    /// addresses behind one of its own: there, everybody would be exempt.
    /// </summary>
    public static ConnectionLimits PrivateNetwork { get; } = new()
    {
        Networks = [.. PrivateNetworks.Select(network => new NetworkLimit(IPNetwork.Parse(network), ResourceLimits.Unlimited))],
        NetworkRates = [.. PrivateNetworks.Select(network => new NetworkRate(IPNetwork.Parse(network), ConnectionRate.Unlimited))],
    };

    /// <summary>Connections for each IPv4 subnet; all that contain an address must have room.</summary>
    public IReadOnlyList<SubnetLimit> SubnetsIPv4 { get; init; } = [new(32, 8)];

    /// <summary>Connections for each IPv6 subnet; all that contain an address must have room.</summary>
    public IReadOnlyList<SubnetLimit> SubnetsIPv6 { get; init; } = [new(56, 8), new(48, 64)];

    /// <summary>Connections for single networks. The smallest one that contains an address decides alone, before the subnets.</summary>
    public IReadOnlyList<NetworkLimit> Networks { get; init; } = [];

    /// <summary>Rates for each IPv4 subnet, asked from the narrowest to the widest; the first that has no token left refuses.</summary>
    public IReadOnlyList<SubnetRate> RatesIPv4 { get; init; } = [new(32, new ConnectionRate(0.2, 16))];

    /// <summary>Rates for each IPv6 subnet, asked from the narrowest to the widest; the first that has no token left refuses.</summary>
    public IReadOnlyList<SubnetRate> RatesIPv6 { get; init; } =
        [new(56, new ConnectionRate(0.2, 16)), new(48, new ConnectionRate(0.5, 80))];

    /// <summary>Rates for single networks. All that contain an address must have a token; then no other rate is asked.</summary>
    public IReadOnlyList<NetworkRate> NetworkRates { get; init; } = [];

    /// <summary>The rate for everybody together, asked last; unlimited by default.</summary>
    public ConnectionRate GlobalRate { get; init; } = ConnectionRate.Unlimited;

    /// <summary>
    /// Whether 127.0.0.0/8 and ::1 are free of all these limits, also of those of networks that contain them; true by default. To limit
    /// loopback, set this to false.
    /// </summary>
    public bool ExemptLoopback { get; init; } = true;

    /// <summary>Whether connections that this host opens are counted and limited too; false by default.</summary>
    public bool IncludeOutbound { get; init; }

    /// <inheritdoc/>
    public bool Equals(ConnectionLimits? other) =>
        other is not null
        && SubnetsIPv4.SequenceEqual(other.SubnetsIPv4)
        && SubnetsIPv6.SequenceEqual(other.SubnetsIPv6)
        && Networks.SequenceEqual(other.Networks)
        && RatesIPv4.SequenceEqual(other.RatesIPv4)
        && RatesIPv6.SequenceEqual(other.RatesIPv6)
        && NetworkRates.SequenceEqual(other.NetworkRates)
        && (GlobalRate, ExemptLoopback, IncludeOutbound, Published)
            == (other.GlobalRate, other.ExemptLoopback, other.IncludeOutbound, other.Published);

    /// <inheritdoc/>
    public override int GetHashCode() =>
        HashCode.Combine(SubnetsIPv4.Count, SubnetsIPv6.Count, Networks.Count, NetworkRates.Count, GlobalRate, ExemptLoopback, IncludeOutbound);

    /// <summary>How the published behaviour differs where ours is better; for comparison with recordings only.</summary>
    internal PublishedAdmission Published { get; init; }

    /// <summary>
    /// These limits for a world where up to <paramref name="peers"/> peers share one address, as behind a NAT: every subnet's
    /// connections, rate and burst that many times over. Networks and the global rate stay.
    /// </summary>
    /// <param name="peers">From 1 to 1,000,000.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="peers"/> is out of its range.</exception>
    public ConnectionLimits WithPeersPerAddress(int peers)
    {
        const int Most = 1_000_000;
        ArgumentOutOfRangeException.ThrowIfLessThan(peers, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(peers, Most);
        return this with
        {
            SubnetsIPv4 = [.. SubnetsIPv4.Select(Scale)],
            SubnetsIPv6 = [.. SubnetsIPv6.Select(Scale)],
            RatesIPv4 = [.. RatesIPv4.Select(ScaleRate)],
            RatesIPv6 = [.. RatesIPv6.Select(ScaleRate)],
        };

        long Times(long value) => value > long.MaxValue / peers ? long.MaxValue : value * peers;
        SubnetLimit Scale(SubnetLimit limit) => limit with { Connections = Times(limit.Connections) };
        SubnetRate ScaleRate(SubnetRate rate) => rate with { Rate = new(rate.Rate.PerSecond * peers, Times(rate.Rate.Burst)) };
    }
}
