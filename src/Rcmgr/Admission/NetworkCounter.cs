namespace Rcmgr;

/// <summary>Connections at a time of one network (specification §5.2).</summary>
internal sealed class NetworkCounter(AddressRule rule) : SlotCounter
{
    public AddressRule Rule => rule;

    public AddressPrefix Prefix { get; } = rule.Network!.Value;

    public bool IsUnlimited => rule.Limit == ResourceLimits.Unlimited;
}
