using System.Diagnostics.CodeAnalysis;
using System.Net;
using Rcmgr.Libp2p.Identity;

namespace Rcmgr.Libp2p.Multiaddr;

/// <summary>
/// What an address means on an allowlist (specification §6): a network, and the one peer it is for unless it is for any.
/// Accepted are <c>/ip4/A</c> and <c>/ip6/A</c>, each with an optional <c>/ipcidr/N</c> and an optional <c>/p2p/ID</c>; other
/// components are ignored. Immutable.
/// </summary>
/// <param name="Network">
/// The network, host bits cleared; a single address is a /32 or a /128. IPv4-mapped IPv6 networks are given as IPv4, so an
/// address to compare must be mapped to IPv4 likewise.
/// </param>
/// <param name="Peer">The peer the entry is for; null means any.</param>
public sealed record AllowlistAddress(IPNetwork Network, PeerId? Peer)
{
    private const int MappedPrefixLength = 96;

    /// <summary>Reads an allowlist entry.</summary>
    /// <exception cref="MultiaddressFormatException">The text is not an address or has no IP address or a mask that does not fit.</exception>
    public static AllowlistAddress Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return TryParse(text, out var entry, out string? error) ? entry : throw new MultiaddressFormatException(error);
    }

    /// <summary>As <see cref="Parse"/>, but returns false and the reason where that throws.</summary>
    public static bool TryParse(
        [NotNullWhen(true)] string? text,
        [NotNullWhen(true)] out AllowlistAddress? entry,
        [NotNullWhen(false)] out string? error)
    {
        entry = null;
        return Multiaddress.TryParse(text, out var address, out error) && TryCreate(address, out entry, out error);
    }

    /// <summary>Reads an allowlist entry from an address; false and the reason where it has no IP address or a mask that does not fit.</summary>
    public static bool TryCreate(
        Multiaddress address,
        [NotNullWhen(true)] out AllowlistAddress? entry,
        [NotNullWhen(false)] out string? error)
    {
        ArgumentNullException.ThrowIfNull(address);
        entry = null;
        error = null;
        var (ip, mask, peer) = Scan(address);
        if (ip is null)
        {
            error = "missing ip address";
            return false;
        }
        int length = mask?.Bytes[0] ?? (ip.Bytes.Length * 8);
        if (length > ip.Bytes.Length * 8)
        {
            error = $"invalid CIDR address: {ip.Value}/{length}";
            return false;
        }
        entry = new AllowlistAddress(Canonical(ip.Bytes, length), peer is null ? null : PeerId.Parse(peer.Value));
        return true;
    }

    /// <summary>The last component of each kind counts, but nothing that stands after the first place where all three are known.</summary>
    private static (MultiaddressComponent? Ip, MultiaddressComponent? Mask, MultiaddressComponent? Peer) Scan(Multiaddress address)
    {
        MultiaddressComponent? ip = null;
        MultiaddressComponent? mask = null;
        MultiaddressComponent? peer = null;
        foreach (var component in address.Components)
        {
            switch (component.Protocol)
            {
                case MultiaddressProtocol.Ip4 or MultiaddressProtocol.Ip6:
                    ip = component;
                    break;
                case MultiaddressProtocol.IpCidr:
                    mask = component;
                    break;
                case MultiaddressProtocol.P2p:
                    peer = component;
                    break;
            }
            if (ip is not null && mask is not null && peer is not null)
            {
                break;
            }
        }
        return (ip, mask, peer);
    }

    private static IPNetwork Canonical(ReadOnlySpan<byte> address, int length)
    {
        byte[] masked = address.ToArray();
        for (int i = 0; i < masked.Length; i++)
        {
            int kept = Math.Clamp(length - (8 * i), 0, 8);
            masked[i] &= (byte)(0xff00 >> kept);
        }
        var start = new IPAddress(masked);
        return start.IsIPv4MappedToIPv6
            ? new IPNetwork(start.MapToIPv4(), length - MappedPrefixLength)
            : new IPNetwork(start, length);
    }
}
