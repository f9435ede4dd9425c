namespace Rcmgr;

/// <summary>What the limits by address would say of a connection: why they do not concern it, or each of them in the order of asking.</summary>
internal sealed record AddressOutlook(AddressExemption Exemption, IReadOnlyList<ExplainedAddressLimit> Limits)
{
    public static AddressOutlook Exempt(AddressExemption why) => new(why, []);
}
