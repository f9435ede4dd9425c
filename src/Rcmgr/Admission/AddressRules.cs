using System.Net;

namespace Rcmgr;

/// <summary>How many connections each subnet of one length may hold at a time (specification §5.2).</summary>
/// <param name="PrefixLength">The length of the subnets in bits: 32 for single IPv4 addresses.</param>
/// <param name="Connections">Connections; 0 allows none, <see cref="ResourceLimits.Unlimited"/> any number.</param>
public sealed record SubnetLimit(int PrefixLength, long Connections);

/// <summary>How many connections one network may hold at a time, in place of the subnet limits (specification §5.2).</summary>
/// <param name="Network">The network.</param>
/// <param name="Connections">Connections; 0 allows none, <see cref="ResourceLimits.Unlimited"/> any number.</param>
public sealed record NetworkLimit(IPNetwork Network, long Connections);

/// <summary>How fast each subnet of one length may open connections (specification §5.4).</summary>
/// <param name="PrefixLength">The length of the subnets in bits: 32 for single IPv4 addresses.</param>
/// <param name="Rate">Connections a second and at once.</param>
public sealed record SubnetRate(int PrefixLength, ConnectionRate Rate);

/// <summary>How fast one network may open connections, in place of the subnet rates and the global rate (specification §5.4).</summary>
/// <param name="Network">The network.</param>
/// <param name="Rate">Connections a second and at once.</param>
public sealed record NetworkRate(IPNetwork Network, ConnectionRate Rate);

/// <summary>
/// A token bucket that starts full: in any time of T seconds at most <paramref name="Burst"/> + T · <paramref name="PerSecond"/>
/// connections (specification §5.4).
/// </summary>
/// <param name="PerSecond">Connections a second, exact to a billionth: 0.000001 to 1,000,000,000, or 0 for no limit at all.</param>
/// <param name="Burst">Connections at once; 0 allows none unless <paramref name="PerSecond"/> is 0.</param>
public readonly record struct ConnectionRate(double PerSecond, long Burst)
{
    /// <summary>No limit.</summary>
    public static ConnectionRate Unlimited => default;

    /// <summary>A bucket this deep never runs dry in practice.</summary>
    private const long Bottomless = uint.MaxValue;

    internal bool IsUnlimited => PerSecond == 0 || Burst >= Bottomless;
}
