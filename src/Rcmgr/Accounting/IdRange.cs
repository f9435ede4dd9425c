namespace Rcmgr;

/// <summary>
/// Numbers for the connections or streams of one shard, taken from the manager's counter: one by one at first, then in blocks,
/// so that busy shards do not meet at the counter. No number is given twice.
/// </summary>
internal struct IdRange
{
    private const int SingleNumbers = 16;
    private const int BlockSize = 256;

    private long _last;
    private long _end;
    private int _refills;

    public long Next(ref long lastOfManager)
    {
        if (_last == _end)
            Refill(ref lastOfManager);
        return ++_last;
    }

    private void Refill(ref long lastOfManager)
    {
        int size = _refills < SingleNumbers ? 1 : BlockSize;
        _refills++;
        _end = Interlocked.Add(ref lastOfManager, size);
        _last = _end - size;
    }
}
