namespace Rcmgr.Libp2p.Transports.Quic.Ngtcp2;

/// <summary>Something that is due at a time.</summary>
internal interface ITimed
{
    /// <summary>Where it stands in its heap; negative when in none. Only the heap changes it.</summary>
    int TimerIndex { get; set; }

    /// <summary>When it is due. Only the heap changes it.</summary>
    ulong Due { get; set; }

    /// <summary>The time has come. The entry has left the heap and may enter it again.</summary>
    void OnTimer();
}

/// <summary>
/// What is due next. Entries are moved and removed in place, so that nothing that is gone is kept until its old time. Not safe for
/// concurrent use.
/// </summary>
internal sealed class TimerHeap<T>
    where T : class, ITimed
{
    private readonly List<T> _items = [];

    public int Count => _items.Count;

    /// <summary>The time of the next entry; the end of time when there is none.</summary>
    public ulong NextDue => _items.Count == 0 ? ulong.MaxValue : _items[0].Due;

    /// <summary>The next entry, if it is due at <paramref name="now"/>; it stays in the heap.</summary>
    public T? PeekDue(ulong now) => _items.Count > 0 && _items[0].Due <= now ? _items[0] : null;

    /// <summary>Adds an entry or moves one. The end of time removes it.</summary>
    public void Set(T item, ulong due)
    {
        if (due == ulong.MaxValue)
        {
            Remove(item);
            return;
        }

        item.Due = due;
        if (item.TimerIndex < 0)
        {
            item.TimerIndex = _items.Count;
            _items.Add(item);
        }

        Restore(item);
    }

    public void Remove(T item)
    {
        int index = item.TimerIndex;
        if (index < 0)
            return;
        item.TimerIndex = -1;
        T last = _items[^1];
        _items.RemoveAt(_items.Count - 1);
        if (ReferenceEquals(last, item))
            return;
        Place(last, index);
        Restore(last);
    }

    private void Restore(T item)
    {
        Rise(item);
        Sink(item);
    }

    private void Rise(T item)
    {
        while (item.TimerIndex > 0)
        {
            T parent = _items[(item.TimerIndex - 1) / 2];
            if (parent.Due <= item.Due)
                return;
            Swap(parent, item);
        }
    }

    private void Sink(T item)
    {
        while (true)
        {
            int child = (2 * item.TimerIndex) + 1;
            if (child >= _items.Count)
                return;
            if (child + 1 < _items.Count && _items[child + 1].Due < _items[child].Due)
                child++;
            if (item.Due <= _items[child].Due)
                return;
            Swap(item, _items[child]);
        }
    }

    private void Swap(T upper, T lower)
    {
        int index = upper.TimerIndex;
        Place(upper, lower.TimerIndex);
        Place(lower, index);
    }

    private void Place(T item, int index)
    {
        item.TimerIndex = index;
        _items[index] = item;
    }
}
