using System.Runtime.InteropServices;

namespace Rcmgr;

/// <summary>
/// How full a bucket is: the instant at which it will be full again, in ticks of the clock and a rest below one tick. Nothing has to
/// be added while time passes, so nothing can drift, and an instant in the past is a full bucket whatever it is.
/// </summary>
[StructLayout(LayoutKind.Auto)]
internal struct TokenBucket
{
    public long FullAt;
    public long Rest;
}

/// <summary>
/// The arithmetic of a <see cref="ConnectionRate"/> on a clock of a given frequency, in whole numbers. One token is q / p ticks, as
/// a reduced fraction; a rest counts p-ths of a tick. Immutable.
/// </summary>
[StructLayout(LayoutKind.Auto)]
internal readonly struct TokenRate
{
    private const long Billion = 1_000_000_000;

    private readonly long _parts;
    private readonly long _tokenTicks;
    private readonly long _tokenRest;
    private readonly long _toleranceTicks;
    private readonly long _toleranceRest;
    private readonly bool _blocks;

    /// <param name="rate">A valid rate.</param>
    /// <param name="frequency">Ticks of the clock in a second.</param>
    public TokenRate(ConnectionRate rate, long frequency)
    {
        IsUnlimited = rate.IsUnlimited;
        _blocks = rate.Burst == 0;
        if (IsUnlimited)
            return;

        // PerSecond · 10^9 tokens come in 10^9 seconds, which are 10^9 · frequency ticks.
        UInt128 tokens = (UInt128)Math.Round(rate.PerSecond * Billion);
        UInt128 ticks = (UInt128)Billion * (ulong)frequency;
        UInt128 common = GreatestCommonDivisor(tokens, ticks);
        UInt128 parts = tokens / common;
        UInt128 token = ticks / common;
        UInt128 tolerance = token * (ulong)Math.Max(0, rate.Burst - 1);
        checked
        {
            _parts = (long)parts;
            (_tokenTicks, _tokenRest) = ((long)(token / parts), (long)(token % parts));
            (_toleranceTicks, _toleranceRest) = ((long)(tolerance / parts), (long)(tolerance % parts));
        }
    }

    public bool IsUnlimited { get; }

    /// <summary>Takes a token if there is one. A refusal takes nothing.</summary>
    /// <param name="bucket">The bucket.</param>
    /// <param name="now">The time in ticks; may be the same as before, or earlier.</param>
    /// <param name="wait">Ticks until there is a token, when there is none now; <see cref="long.MaxValue"/> for never.</param>
    public bool TryTake(ref TokenBucket bucket, long now, out long wait)
    {
        wait = 0;
        if (IsUnlimited)
            return true;
        if (_blocks)
        {
            wait = long.MaxValue;
            return false;
        }

        long at = bucket.FullAt;
        long rest = bucket.Rest;
        if (at < now)
            (at, rest) = (now, 0);
        long latest = now + _toleranceTicks;
        if (at > latest || (at == latest && rest > _toleranceRest))
        {
            wait = at - latest + (rest > _toleranceRest ? 1 : 0);
            return false;
        }

        at += _tokenTicks;
        rest += _tokenRest;
        if (rest >= _parts)
            (at, rest) = (at + 1, rest - _parts);
        (bucket.FullAt, bucket.Rest) = (at, rest);
        return true;
    }

    /// <summary>Whole tokens in a bucket. Takes none.</summary>
    /// <param name="bucket">The bucket.</param>
    /// <param name="now">The time in ticks.</param>
    /// <param name="next">Ticks until there is one more; 0 for a full bucket, <see cref="long.MaxValue"/> for never.</param>
    public long Count(in TokenBucket bucket, long now, out long next)
    {
        next = 0;
        if (IsUnlimited)
            return ResourceLimits.Unlimited;
        if (_blocks)
        {
            next = long.MaxValue;
            return 0;
        }

        Int128 token = ((Int128)_tokenTicks * _parts) + _tokenRest;
        Int128 burst = ((((Int128)_toleranceTicks * _parts) + _toleranceRest) / token) + 1;
        Int128 missing = bucket.FullAt < now ? 0 : ((Int128)(bucket.FullAt - now) * _parts) + bucket.Rest;
        Int128 count = Int128.Max(0, burst - ((missing + token - 1) / token));
        if (count < burst)
            next = (long)((missing - ((burst - count - 1) * token) + _parts - 1) / _parts);
        return (long)count;
    }

    /// <summary>A time in ticks of a clock, rounded up; <see cref="TimeSpan.MaxValue"/> for never.</summary>
    public static TimeSpan ToTimeSpan(long ticks, long frequency)
    {
        Int128 rounded = (((Int128)ticks * TimeSpan.TicksPerSecond) + frequency - 1) / frequency;
        return ticks == long.MaxValue || rounded > long.MaxValue ? TimeSpan.MaxValue : TimeSpan.FromTicks((long)rounded);
    }

    private static UInt128 GreatestCommonDivisor(UInt128 a, UInt128 b)
    {
        while (b != 0)
            (a, b) = (b, a % b);
        return a;
    }
}
