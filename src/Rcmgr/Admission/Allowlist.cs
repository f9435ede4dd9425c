using System.Collections.Immutable;
using System.Net;

namespace Rcmgr;

/// <summary>
/// Networks, for every peer or for one, whose connections may use the allowlisted scopes once the normal ones are full
/// (specification §6). Networks for every peer are also exempt from the limits of <see cref="ConnectionLimits"/>. Addresses are
/// compared in canonical form: an IPv4 address that is written as IPv6 is that IPv4 address, and scope ids do not count. Safe to
/// use from several threads; changes take effect with the next connection and do not affect existing ones.
/// </summary>
public sealed class Allowlist
{
    private Snapshot _current = new([]);

    /// <summary>The entries, oldest first.</summary>
    public IReadOnlyList<AllowlistEntry> Entries => Volatile.Read(ref _current).Entries;

    /// <summary>Adds an entry; an entry may be there several times.</summary>
    /// <exception cref="ArgumentNullException"><paramref name="entry"/> is null.</exception>
    public void Add(AllowlistEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        TryChange(entries => entries.Add(entry));
    }

    /// <summary>Removes the newest entry equal to <paramref name="entry"/>.</summary>
    /// <returns>False when there is none.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="entry"/> is null.</exception>
    public bool Remove(AllowlistEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        return TryChange(entries => RemoveNewest(entries, entry));
    }

    /// <summary>Whether <paramref name="address"/> lies in any network, also in one that is meant for a single peer.</summary>
    /// <exception cref="ArgumentNullException"><paramref name="address"/> is null.</exception>
    public bool Allows(IPAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);
        Snapshot current = Volatile.Read(ref _current);
        return !current.Entries.IsEmpty && current.AnyNetwork.Contains(AddressValue.Of(address));
    }

    /// <summary>Whether <paramref name="address"/> lies in a network for every peer or in one for <paramref name="peer"/>.</summary>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    public bool Allows(IPAddress address, PeerKey peer)
    {
        ArgumentNullException.ThrowIfNull(address);
        ArgumentNullException.ThrowIfNull(peer);
        AddressValue value = AddressValue.Of(address);
        foreach (AllowlistEntry entry in Volatile.Read(ref _current).Entries)
        {
            if ((entry.Peer is null || entry.Peer.Equals(peer)) && entry.Prefix.Contains(value))
                return true;
        }

        return false;
    }

    /// <summary>Whether <paramref name="address"/> lies in a network for every peer.</summary>
    internal bool AllowsEveryPeer(in AddressValue address)
    {
        Snapshot current = Volatile.Read(ref _current);
        return !current.Entries.IsEmpty && current.NetworksForEveryPeer.Contains(address);
    }

    private static ImmutableArray<AllowlistEntry> RemoveNewest(ImmutableArray<AllowlistEntry> entries, AllowlistEntry removed)
    {
        int index = entries.LastIndexOf(removed);
        return index < 0 ? entries : entries.RemoveAt(index);
    }

    private bool TryChange(Func<ImmutableArray<AllowlistEntry>, ImmutableArray<AllowlistEntry>> change)
    {
        while (true)
        {
            Snapshot current = Volatile.Read(ref _current);
            ImmutableArray<AllowlistEntry> changed = change(current.Entries);
            if (changed == current.Entries)
                return false;
            if (Interlocked.CompareExchange(ref _current, new Snapshot(changed), current) == current)
                return true;
        }
    }

    /// <summary>The entries at one time. The sets are made when first asked for: a list is often filled before it is used.</summary>
    private sealed class Snapshot(ImmutableArray<AllowlistEntry> entries)
    {
        private NetworkSet? _any;
        private NetworkSet? _forEveryPeer;

        public ImmutableArray<AllowlistEntry> Entries => entries;

        public NetworkSet AnyNetwork => Volatile.Read(ref _any) ?? Make(ref _any, entries);

        public NetworkSet NetworksForEveryPeer =>
            Volatile.Read(ref _forEveryPeer) ?? Make(ref _forEveryPeer, entries.Where(entry => entry.Peer is null));

        private static NetworkSet Make(ref NetworkSet? set, IEnumerable<AllowlistEntry> entries)
        {
            NetworkSet made = new(entries.Select(entry => entry.Prefix));
            Volatile.Write(ref set, made);
            return made;
        }
    }
}
