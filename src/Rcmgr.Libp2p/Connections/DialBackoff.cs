using Rcmgr.Libp2p.Multiaddr;

namespace Rcmgr.Libp2p.Connections;

/// <summary>
/// How long to leave an address alone after dials to it have failed: 5 seconds after the first failure, twice as long after each
/// further one, 5 minutes at most. A success forgives everything, and so does keeping away for 5 minutes longer than asked. The caller
/// decides what a failure is: a refusal by our own manager says nothing about an address and must not be reported. The table is
/// bounded; the address whose failure is the oldest is forgotten first. Safe for use from many threads.
/// </summary>
internal sealed class DialBackoff(TimeProvider time, int capacity = DialBackoff.DefaultCapacity)
{
    public const int DefaultCapacity = 4096;

    public static readonly TimeSpan First = TimeSpan.FromSeconds(5);

    public static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);

    private readonly Lock _gate = new();
    private readonly Dictionary<Multiaddress, LinkedListNode<Entry>> _entries = [];
    private readonly LinkedList<Entry> _oldestFirst = [];
    private readonly int _capacity = capacity > 0 ? capacity : throw new ArgumentOutOfRangeException(nameof(capacity));

    /// <summary>The addresses that are remembered.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
                return _entries.Count;
        }
    }

    /// <summary>Whether an address may be dialled now; when not, how long to wait.</summary>
    public bool MayDial(Multiaddress address, out TimeSpan wait)
    {
        lock (_gate)
        {
            wait = _entries.TryGetValue(address, out LinkedListNode<Entry>? node)
                ? node.Value.Delay - time.GetElapsedTime(node.Value.FailedAt)
                : TimeSpan.Zero;
        }

        if (wait > TimeSpan.Zero)
            return false;
        wait = TimeSpan.Zero;
        return true;
    }

    /// <summary>A dial failed for a reason of the network's or the remote's.</summary>
    public void Failed(Multiaddress address)
    {
        lock (_gate)
        {
            TimeSpan delay = Forget(address) is { } earlier ? NextDelay(earlier) : First;
            if (_entries.Count == _capacity)
                Forget(_oldestFirst.First!.Value.Address);
            _entries.Add(address, _oldestFirst.AddLast(new Entry(address, delay, time.GetTimestamp())));
        }
    }

    /// <summary>A dial succeeded.</summary>
    public void Succeeded(Multiaddress address)
    {
        lock (_gate)
            Forget(address);
    }

    private TimeSpan NextDelay(Entry earlier)
    {
        if (time.GetElapsedTime(earlier.FailedAt) > earlier.Delay + Longest)
            return First;
        TimeSpan doubled = 2 * earlier.Delay;
        return doubled < Longest ? doubled : Longest;
    }

    private Entry? Forget(Multiaddress address)
    {
        if (!_entries.Remove(address, out LinkedListNode<Entry>? node))
            return null;
        _oldestFirst.Remove(node);
        return node.Value;
    }

    private sealed record Entry(Multiaddress Address, TimeSpan Delay, long FailedAt);
}
