using System.Collections.Immutable;
using System.Globalization;
using System.Net;

namespace Rcmgr;

/// <summary>The names in the JSON form of <see cref="ConnectionLimits"/>, and how its entries are named.</summary>
internal static class ConnectionLimitsNames
{
    public const string Profile = "Profile";
    public const string PeersPerAddress = "PeersPerAddress";
    public const string PerSecond = "PerSecond";
    public const string Burst = "Burst";

    /// <summary>The members of the form in the order in which they are written.</summary>
    public static ImmutableArray<string> Sections { get; } =
    [
        Profile,
        PeersPerAddress,
        nameof(ConnectionLimits.SubnetsIPv4),
        nameof(ConnectionLimits.SubnetsIPv6),
        nameof(ConnectionLimits.Networks),
        nameof(ConnectionLimits.RatesIPv4),
        nameof(ConnectionLimits.RatesIPv6),
        nameof(ConnectionLimits.NetworkRates),
        nameof(ConnectionLimits.GlobalRate),
        nameof(ConnectionLimits.ExemptLoopback),
        nameof(ConnectionLimits.IncludeOutbound),
    ];

    /// <summary>What a rate has.</summary>
    public static ImmutableArray<string> RateFields { get; } = [PerSecond, Burst];

    /// <summary>The profiles by name.</summary>
    public static ImmutableArray<(string Name, ConnectionLimits Limits)> Profiles { get; } =
    [
        ("default", ConnectionLimits.Default),
        ("private", ConnectionLimits.PrivateNetwork),
        ("none", ConnectionLimits.None),
    ];

    public static ConnectionLimits? FindProfile(string? name) => Profiles.FirstOrDefault(profile => profile.Name == name).Limits;

    /// <summary>The name in its usual spelling, whatever the case of its letters.</summary>
    public static string? Find(ImmutableArray<string> names, string name) =>
        names.FirstOrDefault(known => known.Equals(name, StringComparison.OrdinalIgnoreCase));

    public static string OfLength(int prefixLength) => string.Create(CultureInfo.InvariantCulture, $"/{prefixLength}");

    /// <summary>The length in a name such as <c>/32</c>; null when it is none.</summary>
    public static int? ParseLength(string name) =>
        name.StartsWith('/') && int.TryParse(name.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out int length) && OfLength(length) == name
            ? length
            : null;

    /// <summary>How the network of a single address is written; null when the text is no address.</summary>
    public static string? SuggestNetwork(string text)
    {
        if (!IPAddress.TryParse(text, out IPAddress? address))
            return null;
        AddressValue value = AddressValue.Of(address);
        return AddressPrefix.Of(value, AddressValue.MaxPrefixLength(value.IsIPv4)).ToNetwork().ToString();
    }
}
