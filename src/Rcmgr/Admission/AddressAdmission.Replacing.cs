namespace Rcmgr;

/// <content>What it takes to put one admission in the place of another (see <see cref="ReplaceableAdmission"/>).</content>
internal sealed partial class AddressAdmission : IAddressAdmission
{
    /// <summary>Admission for other limits, in the place of this one: rates that stay the same keep their buckets.</summary>
    public AddressAdmission? CreateSuccessor(ConnectionLimits limits, TimeProvider time)
    {
        if (Create(limits, _allowlist, time) is not { } next)
            return null;
        if (HasSameRates(limits))
            next._limiter.AdoptBuckets(_limiter);
        return HasSameCounts(limits) ? new AddressAdmission(next._limiter, _unproved, limits, _allowlist) : next;
    }

    /// <summary>Whether the rules count such a connection; who is on the allowlist is not their business.</summary>
    public bool Counts(Direction direction, in AddressValue address) =>
        (direction == Direction.Inbound || _includesOutbound)
        && !(_exemptsLoopback && address.IsLoopback)
        && _limiter.Counts(address);

    /// <summary>Takes a slot for a connection that is open already, whatever the limits say; null when the rules do not count it.</summary>
    public AddressSlot? Hold(Direction direction, in AddressValue address) => Counts(direction, address) ? _limiter.Hold(address) : null;

    /// <summary>The subnets or the network that count a connection from <paramref name="address"/>.</summary>
    public IReadOnlyList<PeekedRule> PeekSlots(in AddressValue address) => _limiter.PeekSlots(address);

    private bool HasSameRates(ConnectionLimits limits) =>
        _limits.RatesIPv4.SequenceEqual(limits.RatesIPv4)
        && _limits.RatesIPv6.SequenceEqual(limits.RatesIPv6)
        && _limits.NetworkRates.SequenceEqual(limits.NetworkRates)
        && _limits.GlobalRate == limits.GlobalRate;

    private bool HasSameCounts(ConnectionLimits limits) =>
        _limits.SubnetsIPv4.SequenceEqual(limits.SubnetsIPv4)
        && _limits.SubnetsIPv6.SequenceEqual(limits.SubnetsIPv6)
        && _limits.Networks.SequenceEqual(limits.Networks);
}
