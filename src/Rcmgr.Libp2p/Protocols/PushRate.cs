namespace Rcmgr.Libp2p.Protocols;

/// <summary>Allows <paramref name="capacity"/> events at once, and one more whenever <paramref name="refill"/> has passed. Safe for use from many threads.</summary>
internal sealed class PushRate(int capacity, TimeSpan refill, TimeProvider time)
{
    private readonly Lock _gate = new();
    private int _missing;
    private long _since;

    /// <summary>Takes a token; false when there is none.</summary>
    public bool TryTake()
    {
        lock (_gate)
        {
            Refill();
            if (_missing == capacity)
                return false;
            _missing++;
            return true;
        }
    }

    private void Refill()
    {
        long now = time.GetTimestamp();
        if (_missing > 0)
        {
            int due = (int)Math.Min(time.GetElapsedTime(_since, now) / refill, _missing);
            _missing -= due;
            _since += (long)(due * refill.TotalSeconds * time.TimestampFrequency);
        }

        // A full bucket keeps no part of a token either.
        if (_missing == 0)
            _since = now;
    }
}
