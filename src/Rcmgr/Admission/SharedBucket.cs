namespace Rcmgr;

/// <summary>The token bucket of one network, or of everybody (specification §5.4). Safe to use from several threads.</summary>
internal sealed class SharedBucket(AddressRule rule, long frequency)
{
    private readonly Gate _gate = new();
    private readonly TokenRate _rate = new(new ConnectionRate(rule.PerSecond, rule.Limit), frequency);
    private TokenBucket _bucket;

    public AddressRule Rule => rule;

    public bool IsUnlimited => _rate.IsUnlimited;

    /// <summary>Whether the bucket is that of a network that contains <paramref name="address"/>.</summary>
    public bool Contains(in AddressValue address) => rule.Network!.Value.Contains(address);

    public bool TryTake(long now, out long wait)
    {
        wait = 0;
        if (IsUnlimited)
            return true;
        using (_gate.EnterScope())
            return _rate.TryTake(ref _bucket, now, out wait);
    }

    /// <summary>How full the bucket is.</summary>
    public PeekedRule Peek(long now) => PeekedRule.OfRate(rule, _rate, Read(), now, frequency);

    /// <summary>Takes over what was taken from a bucket of the same rate. Before anybody uses this one.</summary>
    public void Adopt(SharedBucket before) => _bucket = before.Read();

    private TokenBucket Read()
    {
        using (_gate.EnterScope())
            return _bucket;
    }
}
