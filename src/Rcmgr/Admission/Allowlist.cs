using System.Collections.Immutable;
using System.Net;

namespace Rcmgr;

/// <summary>
/// Networks, for every peer or for one, whose connections may use the allowlisted scopes once the normal ones are full
/// (specification §6). Addresses are compared in canonical form: an IPv4 address that is written as IPv6 is that IPv4 address,
/// and scope ids do not count. Safe to use from several threads; changes do not affect existing connections.
/// </summary>
public sealed class Allowlist
{
    private ImmutableArray<AllowlistEntry> _entries = [];

    /// <summary>The entries, oldest first.</summary>
    public IReadOnlyList<AllowlistEntry> Entries => Read();

    /// <summary>Adds an entry; an entry may be there several times.</summary>
    /// <exception cref="ArgumentNullException"><paramref name="entry"/> is null.</exception>
    public void Add(AllowlistEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        ImmutableInterlocked.Update(ref _entries, static (entries, added) => entries.Add(added), entry);
    }

    /// <summary>Removes the newest entry equal to <paramref name="entry"/>.</summary>
    /// <returns>False when there is none.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="entry"/> is null.</exception>
    public bool Remove(AllowlistEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        return ImmutableInterlocked.Update(ref _entries, RemoveNewest, entry);
    }

    /// <summary>Whether <paramref name="address"/> lies in any network, also in one that is meant for a single peer.</summary>
    /// <exception cref="ArgumentNullException"><paramref name="address"/> is null.</exception>
    public bool Allows(IPAddress address) => Matches(address, peer: null, anyPeer: true);

    /// <summary>Whether <paramref name="address"/> lies in a network for every peer or in one for <paramref name="peer"/>.</summary>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    public bool Allows(IPAddress address, PeerKey peer)
    {
        ArgumentNullException.ThrowIfNull(peer);
        return Matches(address, peer, anyPeer: false);
    }

    private static ImmutableArray<AllowlistEntry> RemoveNewest(ImmutableArray<AllowlistEntry> entries, AllowlistEntry removed)
    {
        int index = entries.LastIndexOf(removed);
        return index < 0 ? entries : entries.RemoveAt(index);
    }

    private bool Matches(IPAddress address, PeerKey? peer, bool anyPeer)
    {
        ArgumentNullException.ThrowIfNull(address);
        ImmutableArray<AllowlistEntry> entries = Read();
        if (entries.IsEmpty)
            return false;
        IPAddress canonical = CanonicalAddress.Of(address);
        foreach (AllowlistEntry entry in entries)
        {
            if ((anyPeer || entry.Peer is null || entry.Peer.Equals(peer)) && entry.Contains(canonical))
                return true;
        }

        return false;
    }

    // One reference, written with a full fence by ImmutableInterlocked.
    private ImmutableArray<AllowlistEntry> Read() => _entries;
}
