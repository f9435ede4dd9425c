using System.Net;

namespace Rcmgr;

/// <content>What it takes to put one admission in the place of another (see <see cref="ReplaceableAdmission"/>).</content>
internal sealed partial class AddressAdmission : IAddressAdmission
{
    /// <summary>Whether the rules count such a connection; who is on the allowlist is not their business.</summary>
    public bool Counts(Direction direction, in AddressValue address) =>
        _slots is not null
        && (direction == Direction.Inbound || _includesOutbound)
        && !(_exemptsLoopback && address.IsLoopback)
        && _slots.Counts(address);

    /// <summary>Counts a connection that is open already, whatever the limits say.</summary>
    public void Recount(in AddressValue address) => _slots?.Add(address);

    /// <summary>The subnets or the network that count a connection from <paramref name="address"/>.</summary>
    public IReadOnlyList<PeekedRule> PeekSlots(in AddressValue address) => _slots?.Peek(address) ?? [];

    void IAddressAdmission.Return(Direction direction, IPAddress remote) => Return(remote);

    /// <summary>The buckets of the admission before, where the rates are the same: new ones would be full for everybody.</summary>
    private static ConnectionRateLimiter? CreateRates(ConnectionLimits limits, TimeProvider time, AddressAdmission? before) =>
        before is not null && HasSameRates(before._limits, limits) ? before._rates : ConnectionRateLimiter.Create(limits, time);

    private static ConnectionRateLimiter? CreateUnproved(ConnectionLimits limits, TimeProvider time, AddressAdmission? before) =>
        before is not null && HasSameCounts(before._limits, limits) ? before._unproved : ConnectionRateLimiter.CreateForUnproved(limits, time);

    private static bool HasSameRates(ConnectionLimits left, ConnectionLimits right) =>
        left.RatesIPv4.SequenceEqual(right.RatesIPv4)
        && left.RatesIPv6.SequenceEqual(right.RatesIPv6)
        && left.NetworkRates.SequenceEqual(right.NetworkRates)
        && left.GlobalRate == right.GlobalRate;

    private static bool HasSameCounts(ConnectionLimits left, ConnectionLimits right) =>
        left.SubnetsIPv4.SequenceEqual(right.SubnetsIPv4)
        && left.SubnetsIPv6.SequenceEqual(right.SubnetsIPv6)
        && left.Networks.SequenceEqual(right.Networks);
}
