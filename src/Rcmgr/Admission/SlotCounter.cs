namespace Rcmgr;

/// <summary>
/// Connections that a network or subnet holds now. Whoever holds a slot has the counter, so that giving it back needs neither the address
/// nor a gate. Safe to use from several threads.
/// </summary>
internal class SlotCounter : AddressSlot
{
    private long _held;
    private SlotCounter? _wider;

    /// <summary>Connections.</summary>
    public long Held => Volatile.Read(ref _held);

    /// <summary>Takes a slot if fewer than <paramref name="limit"/> are held.</summary>
    /// <param name="limit">Connections that may be held.</param>
    /// <param name="held">Those that were, when there is no slot left.</param>
    public bool TryTake(long limit, out long held)
    {
        held = Held;
        while (held < limit)
        {
            long seen = Interlocked.CompareExchange(ref _held, held + 1, held);
            if (seen == held)
                return true;
            held = seen;
        }

        return false;
    }

    /// <summary>Takes a slot for a connection that has one of <paramref name="narrower"/>, which both come back together.</summary>
    public void TakeFor(SlotCounter narrower)
    {
        // While somebody holds the narrower one it is the same: the wider one is held for him, too.
        narrower._wider = this;
        Take();
    }

    /// <summary>Takes a slot. The caller knows that there is one: nobody else takes any now.</summary>
    public void Take() => Interlocked.Increment(ref _held);

    /// <summary>Gives a slot back, and those of the wider networks or subnets that were taken with it.</summary>
    public sealed override void Return()
    {
        for (SlotCounter? counter = this; counter is not null;)
        {
            // Once it is given back, somebody else may take it with another one.
            SlotCounter? wider = counter._wider;
            Interlocked.Decrement(ref counter._held);
            counter = wider;
        }
    }

    /// <summary>Gives back a slot of this network or subnet alone, which may not have been taken.</summary>
    public void ReturnIfHeld()
    {
        long held = Held;
        while (held > 0)
        {
            long seen = Interlocked.CompareExchange(ref _held, held - 1, held);
            if (seen == held)
                return;
            held = seen;
        }
    }
}
