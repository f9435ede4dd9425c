using System.Numerics;
using CsCheck;

namespace Rcmgr.Tests.Admission;

/// <summary>Token buckets in whole numbers against the same in exact fractions (specification §5.4).</summary>
public sealed class TokenRateTests
{
    private static readonly Gen<double> PerSecond = Gen.OneOf(
        Gen.OneOf(0.1, 0.2, 0.5, 0.7, 1, 2, 3, 200, 333, 1000, 1e6, 1e9), Gen.Int[1, 10_000].Select(n => n / 1000.0));

    private static readonly Gen<long> Frequency = Gen.OneOf(1_000L, 10_000_000L, 1_000_000_000L, 24_000_000L, 3_579_545L);

    [Fact]
    public void Every_decision_is_that_of_a_bucket_that_counts_fractions_of_tokens() =>
        Gen.Select(PerSecond, Gen.Long[0, 20], Frequency, Gen.Select(Gen.Double[0, 1], Gen.Int[1, 12]).Array[1, 80])
            .Sample((perSecond, burst, frequency, steps) =>
            {
                TokenRate rate = new(new ConnectionRate(perSecond, burst), frequency);
                Reference reference = new(perSecond, burst, frequency);
                TokenBucket bucket = default;
                long now = 0;
                foreach ((double part, int tries) in steps)
                {
                    now += (long)(part * part * 3 * frequency / perSecond);
                    for (int i = 0; i < tries; i++)
                    {
                        bool taken = rate.TryTake(ref bucket, now, out long wait);
                        Assert.Equal(reference.TryTake(now), taken);
                        if (!taken && burst > 0)
                            AssertWait(rate, bucket, now, wait);
                    }
                }
            }, iter: 500);

    [Fact]
    public void Nothing_drifts_in_a_million_tokens_taken_at_the_first_instant_they_are_there()
    {
        const int Tokens = 1_000_000;
        TokenRate rate = new(new ConnectionRate(333, 2), 1_000_000_000);
        TokenBucket bucket = default;
        long now = 0;
        for (int i = 0; i < Tokens; i++)
        {
            while (!rate.TryTake(ref bucket, now, out long wait))
                now += wait;
        }

        // The first two are there at once; the others come every 1,000,000,000 / 333 ns.
        Assert.Equal((((Tokens - 2) * 1_000_000_000L) + 332) / 333, now);
    }

    [Fact]
    public void A_clock_that_steps_back_refuses_no_more_than_the_step()
    {
        TokenRate rate = new(new ConnectionRate(1, 1), 1_000);
        TokenBucket bucket = default;
        Assert.True(rate.TryTake(ref bucket, 10_000, out _));
        Assert.False(rate.TryTake(ref bucket, 9_500, out long wait));
        Assert.Equal(1_500, wait);
        Assert.True(rate.TryTake(ref bucket, 11_000, out _));
    }

    private static void AssertWait(in TokenRate rate, TokenBucket bucket, long now, long wait)
    {
        TokenBucket copy = bucket;
        Assert.True(wait > 0);
        Assert.True(rate.TryTake(ref copy, now + wait, out _));
        copy = bucket;
        Assert.False(rate.TryTake(ref copy, now + wait - 1, out _));
    }

    /// <summary>Tokens counted in units of one per 10^9 · frequency.</summary>
    private sealed class Reference(double perSecond, long burst, long frequency)
    {
        private readonly BigInteger _gain = new((decimal)Math.Round(perSecond * 1e9));
        private readonly BigInteger _token = new BigInteger(1_000_000_000) * frequency;
        private BigInteger? _tokens;
        private long _last;

        public bool TryTake(long now)
        {
            BigInteger most = _token * burst;
            BigInteger tokens = BigInteger.Min(most, (_tokens ?? most) + (_gain * (now - _last)));
            _last = now;
            bool taken = tokens >= _token;
            _tokens = taken ? tokens - _token : tokens;
            return taken;
        }
    }
}
