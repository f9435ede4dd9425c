namespace Rcmgr.Libp2p.Transports.Quic;

/// <summary>
/// How much strangers may cause: so often at once, and so often each second. Times are of a monotonic clock in nanoseconds. Not safe
/// for concurrent use.
/// </summary>
internal sealed class ReplyLimiter(int perSecond)
{
    private const double NanosecondsPerSecond = 1e9;

    private double _tokens = perSecond;
    private ulong _last;

    public bool TryTake(ulong now)
    {
        if (now > _last)
            _tokens = Math.Min(perSecond, _tokens + ((now - _last) / NanosecondsPerSecond * perSecond));
        _last = now;
        if (_tokens < 1)
            return false;
        _tokens--;
        return true;
    }
}
