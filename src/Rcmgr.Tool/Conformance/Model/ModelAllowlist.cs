using System.Net;

namespace Rcmgr.Tool.Conformance.Model;

/// <summary>The questions of specification §6, answered bit by bit from an allowlist's entries.</summary>
internal static class ModelAllowlist
{
    /// <summary>Whether an entry holds the address; for <paramref name="peer"/> null, whoever the entry is for.</summary>
    public static bool Allows(IEnumerable<AllowlistEntry> entries, IPAddress? address, string? peer) =>
        address is not null && entries.Any(entry => (peer is null || entry.Peer is null || entry.Peer.Text == peer) && Contains(entry.Network, address));

    private static bool Contains(IPNetwork network, IPAddress address)
    {
        byte[] prefix = network.BaseAddress.GetAddressBytes();
        byte[] bytes = (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).GetAddressBytes();
        return prefix.Length == bytes.Length
            && Enumerable.Range(0, network.PrefixLength).All(bit => Bit(prefix, bit) == Bit(bytes, bit));
    }

    private static int Bit(byte[] bytes, int index) => bytes[index / 8] >> (7 - (index % 8)) & 1;
}
