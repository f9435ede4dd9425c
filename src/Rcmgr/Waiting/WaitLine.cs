namespace Rcmgr;

/// <summary>
/// Who waits, and whose turn it is: higher priorities first, within a priority one operation of each peer after the other, and the
/// operations of a peer in the order in which they came. For one thread at a time.
/// </summary>
internal sealed class WaitLine
{
    private readonly SortedDictionary<byte, LinkedList<LinkedList<Waiter>>> _lanes =
        new(Comparer<byte>.Create(static (left, right) => right.CompareTo(left)));

    private readonly Dictionary<(byte Priority, PeerKey? Peer), LinkedListNode<LinkedList<Waiter>>> _groups = [];

    public int Count { get; private set; }

    public int CountOf(PeerKey? peer) =>
        _lanes.Keys.Sum(priority => _groups.TryGetValue((priority, peer), out LinkedListNode<LinkedList<Waiter>>? group) ? group.Value.Count : 0);

    public void Add(Waiter waiter)
    {
        if (!_groups.TryGetValue((waiter.Priority, waiter.Peer), out LinkedListNode<LinkedList<Waiter>>? group))
            _groups[(waiter.Priority, waiter.Peer)] = group = Lane(waiter.Priority).AddLast(new LinkedList<Waiter>());
        group.Value.AddLast(waiter);
        waiter.IsQueued = true;
        Count++;
    }

    public void Remove(Waiter waiter)
    {
        LinkedListNode<LinkedList<Waiter>> group = _groups[(waiter.Priority, waiter.Peer)];
        group.Value.Remove(waiter);
        waiter.IsQueued = false;
        Count--;
        if (group.Value.Count > 0)
            return;
        _groups.Remove((waiter.Priority, waiter.Peer));
        LinkedList<LinkedList<Waiter>> lane = group.List!;
        lane.Remove(group);
        if (lane.Count == 0)
            _lanes.Remove(waiter.Priority);
    }

    /// <summary>The waiter's peer has had its turn: the others of its priority come before it now.</summary>
    public void EndTurn(Waiter waiter)
    {
        LinkedListNode<LinkedList<Waiter>> group = _groups[(waiter.Priority, waiter.Peer)];
        LinkedList<LinkedList<Waiter>> lane = group.List!;
        lane.Remove(group);
        lane.AddLast(group);
    }

    /// <summary>All that wait, in the order of their turns. Those that were returned already may be removed meanwhile.</summary>
    public IEnumerable<Waiter> InTurns()
    {
        foreach (LinkedList<LinkedList<Waiter>> lane in _lanes.Values.ToArray())
        {
            Queue<LinkedListNode<Waiter>> turns = new(lane.Select(static group => group.First!));
            while (turns.TryDequeue(out LinkedListNode<Waiter>? turn))
            {
                LinkedListNode<Waiter>? next = turn.Next;
                yield return turn.Value;
                if (next is not null)
                    turns.Enqueue(next);
            }
        }
    }

    private LinkedList<LinkedList<Waiter>> Lane(byte priority)
    {
        if (!_lanes.TryGetValue(priority, out LinkedList<LinkedList<Waiter>>? lane))
            _lanes[priority] = lane = [];
        return lane;
    }
}
