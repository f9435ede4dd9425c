using System.Numerics;
using System.Runtime.CompilerServices;

namespace Rcmgr;

/// <summary>
/// What is known of many subnets. A subnet that holds connections stays. Of the others <paramref name="capacity"/> are remembered for their
/// buckets, fewer while many hold connections, and never many more than those. A bucket that is full again says nothing and makes room.
/// When there is none, of the <see cref="Examined"/> next in turn the one that will be full soonest is forgotten: its subnet gets back
/// what it had used, at most one burst. Nobody is refused because others fill the table. For one thread at a time; slots come back meanwhile.
/// </summary>
internal sealed class SubnetTable(int capacity)
{
    /// <summary>Subnets that are looked at when one has to go.</summary>
    public const int Examined = 8;

    // For each subnet that is added, so many are looked at and dropped if they say nothing: the table shrinks as fast as it grew.
    private const int Swept = 2;

    // While the turn is with subnets that hold connections the table grows; two go for each one that comes while it is with the others.
    private const int MostForgotten = 2;

    private const int FirstCapacity = 16;

    private SubnetState?[] _heads = [];
    private SubnetState[] _states = [];
    private SubnetState? _found;
    private int _count;
    private int _hand;

    /// <summary>Subnets that hold connections.</summary>
    public int Holding => _states.Take(_count).Count(state => state.Held > 0);

    /// <summary>Subnets that hold none, and are remembered for their bucket.</summary>
    public int Remembered => _count - Holding;

    /// <summary>All subnets that are known.</summary>
    public ReadOnlySpan<SubnetState> States => _states.AsSpan(0, _count);

    /// <summary>Takes a token of a subnet's bucket if there is one. A refusal takes and adds nothing.</summary>
    public bool TryTake(in SubnetKey key, in TokenRate rate, long now, out long wait)
    {
        if (Find(key) is { } state)
            return rate.TryTake(ref state.Bucket, now, out wait);

        TokenBucket fresh = default;
        if (!rate.TryTake(ref fresh, now, out wait))
            return false;
        Add(key, now).Bucket = fresh;
        return true;
    }

    /// <summary>What is known of a subnet; null when it holds nothing and its bucket is full.</summary>
    public SubnetState? Find(in SubnetKey key)
    {
        SubnetState? state = _found;
        if (state is not null && state.Key.Is(key))
            return state;
        state = _heads.Length == 0 ? null : HeadOf(key);
        while (state is not null && !state.Key.Is(key))
            state = state.Next;
        if (state is not null)
            _found = state;
        return state;
    }

    public SubnetState FindOrAdd(in SubnetKey key, long now) => Find(key) ?? Add(key, now);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private SubnetState Add(in SubnetKey key, long now)
    {
        for (int i = 0; i < Swept && _count > 0; i++)
            DropIfSilent(NextInTurn(), now);
        for (int excess = Math.Min(MostForgotten, _count - capacity + 1); excess > 0; excess--)
            MakeRoom();
        if (_count == _states.Length)
            Grow();

        SubnetState state = new(key);
        _states[_count++] = state;
        Link(state);
        _found = state;
        return state;
    }

    private void MakeRoom()
    {
        int soonest = -1;
        for (int i = 0; i < Examined; i++)
        {
            int index = NextInTurn();
            SubnetState state = _states[index];
            if (state.Held == 0 && (soonest < 0 || state.Bucket.FullAt < _states[soonest].Bucket.FullAt))
                soonest = index;
        }

        if (soonest >= 0)
            Drop(soonest);
    }

    private int NextInTurn()
    {
        _hand = _hand + 1 < _count ? _hand + 1 : 0;
        return _hand;
    }

    private void DropIfSilent(int index, long now)
    {
        if (_states[index].Held == 0 && _states[index].Bucket.FullAt < now)
            Drop(index);
    }

    // Nobody takes a slot meanwhile: whoever does has the table's gate.
    private void Drop(int index)
    {
        SubnetState state = _states[index];
        Unlink(state);
        if (ReferenceEquals(_found, state))
            _found = null;
        int last = --_count;
        _states[index] = _states[last];
        _states[last] = null!;
    }

    private void Grow()
    {
        int size = Math.Max(FirstCapacity, _states.Length * 2);
        Array.Resize(ref _states, size);
        _heads = new SubnetState?[BitOperations.RoundUpToPowerOf2((uint)size)];
        foreach (SubnetState state in _states.AsSpan(0, _count))
            Link(state);
    }

    private ref SubnetState? HeadOf(in SubnetKey key) => ref _heads[(int)key.Hash & (_heads.Length - 1)];

    private void Link(SubnetState state)
    {
        ref SubnetState? head = ref HeadOf(state.Key);
        state.Next = head;
        head = state;
    }

    private void Unlink(SubnetState state)
    {
        ref SubnetState? link = ref HeadOf(state.Key);
        while (!ReferenceEquals(link, state))
            link = ref link!.Next;
        link = state.Next;
    }
}
