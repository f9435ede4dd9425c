using System.Net;

namespace Rcmgr;

/// <content>What an address would be told, without asking for a token or a slot.</content>
internal sealed partial class AddressAdmission
{
    /// <summary>What <see cref="TryAdmit"/> would ask, in its order, as if nothing refused.</summary>
    public AddressOutlook Peek(Direction direction, IPAddress? remote)
    {
        if (direction != Direction.Inbound && !_includesOutbound)
            return AddressOutlook.Exempt(AddressExemption.Outbound);
        if (remote is null)
            return new AddressOutlook(AddressExemption.None, Explain(PeekWithoutAddress(), direction, null));
        AddressValue address = ValueOf(remote);
        if (_exemptsLoopback && address.IsLoopback)
            return AddressOutlook.Exempt(AddressExemption.Loopback);
        if (IsExempt(address))
            return AddressOutlook.Exempt(AddressExemption.Allowlisted);
        return new AddressOutlook(
            AddressExemption.None, Explain([.. _limiter.PeekRates(address), .. _limiter.PeekSlots(address)], direction, remote));
    }

    private IReadOnlyList<PeekedRule> PeekWithoutAddress() => _noAddressIsOneAddress ? _limiter.PeekRates(NoAddress) : _limiter.PeekGlobalRate();

    private static ExplainedAddressLimit[] Explain(IEnumerable<PeekedRule> rules, Direction direction, IPAddress? remote) =>
        [.. rules.Select(rule => new ExplainedAddressLimit(rule, direction, remote))];
}
