using System.Net;

namespace Rcmgr;

/// <summary>A network, and the peer that it is meant for if it is meant for one (specification §6). Immutable.</summary>
public sealed record AllowlistEntry
{
    /// <summary>Creates an entry; a network of IPv4 addresses that are written as IPv6 is stored as IPv4.</summary>
    /// <param name="network">The network. Its address must have no bits beyond the prefix, as <see cref="IPNetwork"/> requires.</param>
    /// <param name="peer">The only peer that the entry is for; null for every peer.</param>
    public AllowlistEntry(IPNetwork network, PeerKey? peer = null)
    {
        Network = CanonicalAddress.Of(network);
        Peer = peer;
        Prefix = AddressPrefix.Of(Network);
    }

    /// <summary>The network in canonical form.</summary>
    public IPNetwork Network { get; }

    /// <summary>The only peer that the entry is for; null for every peer.</summary>
    public PeerKey? Peer { get; }

    internal AddressPrefix Prefix { get; }
}
