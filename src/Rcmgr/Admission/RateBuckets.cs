using System.Numerics;

namespace Rcmgr;

/// <summary>
/// The buckets of many subnets in bounded memory. A bucket that is full again says nothing and makes room. When all of
/// <paramref name="capacity"/> are in use, of the <see cref="Examined"/> next in turn the one that will be full soonest is forgotten: its
/// subnet gets back what it had used, at most one burst. Nobody is refused because others fill the table. For one thread at a time.
/// </summary>
internal sealed class RateBuckets(int capacity)
{
    /// <summary>Buckets that are looked at when one has to go.</summary>
    public const int Examined = 8;

    // For each bucket that is made, so many are looked at and dropped if they are full: the table shrinks as fast as it grew.
    private const int Swept = 2;
    private const int FirstCapacity = 16;
    private const int None = -1;

    private int[] _heads = [];
    private Entry[] _entries = [];
    private int _hand;

    /// <summary>Buckets that are remembered: the first so many entries.</summary>
    public int Count { get; private set; }

    public bool TryTake(in SubnetKey key, in TokenRate rate, long now, out long wait)
    {
        int hash = key.GetHashCode();
        int found = Find(key, hash);
        if (found >= 0)
            return rate.TryTake(ref _entries[found].Bucket, now, out wait);

        TokenBucket fresh = default;
        if (!rate.TryTake(ref fresh, now, out wait))
            return false;
        Add(key, hash, fresh, now);
        return true;
    }

    /// <summary>A copy of a subnet's bucket; a full one when it is not remembered.</summary>
    public TokenBucket Read(in SubnetKey key) => Find(key, key.GetHashCode()) is >= 0 and int index ? _entries[index].Bucket : default;

    private int Find(in SubnetKey key, int hash)
    {
        int index = _heads.Length == 0 ? None : HeadOf(hash);
        while (index >= 0 && !_entries[index].Key.Equals(key))
            index = _entries[index].Next;
        return index;
    }

    private void Add(in SubnetKey key, int hash, TokenBucket bucket, long now)
    {
        for (int i = 0; i < Swept && Count > 0; i++)
            TryDropFull(NextInTurn(), now);
        if (Count == capacity)
            MakeRoom(now);
        if (Count == _entries.Length)
            Grow();

        ref int head = ref HeadOf(hash);
        _entries[Count] = new Entry { Key = key, Hash = hash, Bucket = bucket, Next = head };
        head = Count++;
    }

    private void MakeRoom(long now)
    {
        int soonest = None;
        for (int i = 0; i < Examined; i++)
        {
            int index = NextInTurn();
            if (TryDropFull(index, now))
                return;
            if (soonest == None || _entries[index].Bucket.FullAt < _entries[soonest].Bucket.FullAt)
                soonest = index;
        }

        Drop(soonest);
    }

    private int NextInTurn()
    {
        _hand = _hand + 1 < Count ? _hand + 1 : 0;
        return _hand;
    }

    private bool TryDropFull(int index, long now)
    {
        if (_entries[index].Bucket.FullAt >= now)
            return false;
        Drop(index);
        return true;
    }

    private void Drop(int index)
    {
        LinkTo(index) = _entries[index].Next;
        int last = --Count;
        if (index == last)
            return;
        LinkTo(last) = index;
        _entries[index] = _entries[last];
    }

    private void Grow()
    {
        int size = Math.Min(capacity, Math.Max(FirstCapacity, _entries.Length * 2));
        Array.Resize(ref _entries, size);
        _heads = new int[BitOperations.RoundUpToPowerOf2((uint)size)];
        Array.Fill(_heads, None);
        for (int index = 0; index < Count; index++)
        {
            ref int head = ref HeadOf(_entries[index].Hash);
            _entries[index].Next = head;
            head = index;
        }
    }

    private ref int HeadOf(int hash) => ref _heads[hash & (_heads.Length - 1)];

    private ref int LinkTo(int index)
    {
        ref int link = ref HeadOf(_entries[index].Hash);
        while (link != index)
            link = ref _entries[link].Next;
        return ref link;
    }

    private struct Entry
    {
        public SubnetKey Key;
        public TokenBucket Bucket;
        public int Hash;
        public int Next;
    }
}
