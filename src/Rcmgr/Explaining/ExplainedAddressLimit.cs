using System.Globalization;
using System.Net;

namespace Rcmgr;

/// <summary>
/// One rule of <see cref="ConnectionLimits"/> that a connection's address is held to, and how full its subnet, network or token bucket
/// is. Immutable.
/// </summary>
public sealed class ExplainedAddressLimit
{
    private readonly AddressRule _rule;
    private readonly IPAddress? _address;

    internal ExplainedAddressLimit(in PeekedRule peeked, Direction direction, IPAddress? address)
    {
        _rule = peeked.Rule;
        _address = address;
        Current = peeked.Current;
        Limit = peeked.Limit;
        NextIn = peeked.NextIn;
        if (peeked.Refuses)
            Refusal = new AddressObstacle(_rule, Current, NextIn ?? TimeSpan.Zero).ToRefusal(address, direction);
    }

    /// <summary>
    /// What kind of rule it is, as its refusal would say: <see cref="RefusalReason.SubnetLimit"/>, <see cref="RefusalReason.NetworkLimit"/>
    /// or <see cref="RefusalReason.ConnectionRate"/>.
    /// </summary>
    public RefusalReason Reason => _rule.Reason;

    /// <summary>Who shares the limit, such as <c>address:192.0.2.0/24</c>. Formats on each call.</summary>
    public string Name => _rule.NameOf(_address);

    /// <summary>The subnet or network that shares the limit; null for the rate of everybody. Allocates on each call.</summary>
    public IPNetwork? Network => _rule.NetworkOf(_address);

    /// <summary>The member of <see cref="ConnectionLimits"/> that would raise the limit.</summary>
    public string ConfigurationKey => _rule.Key;

    /// <summary>Connections that are held; of a rate, tokens that are gone.</summary>
    public long Current { get; }

    /// <summary>
    /// Connections that may be held; of a rate, its burst. <see cref="ResourceLimits.Unlimited"/> for a network whose connections or rate
    /// are not limited, which are not counted.
    /// </summary>
    public long Limit { get; }

    /// <summary>Tokens that a rate gets in a second; zero for limits that are no rates, or no limits.</summary>
    public double PerSecond => _rule.PerSecond;

    /// <summary>When a rate gets its next token; <see cref="TimeSpan.MaxValue"/> for never, null when none is missing and for other limits.</summary>
    public TimeSpan? NextIn { get; }

    /// <summary>How full the subnet is, or how empty the bucket, in percent.</summary>
    public double PercentFull => ExplainedLimit.Percent(Current, Limit);

    /// <summary>Whether this limit would refuse. The first one that does ends the operation; what comes after it is not asked any more.</summary>
    public bool Refuses => Refusal.Reason != RefusalReason.None;

    /// <summary>What it would say; <see cref="RefusalReason.None"/> when it has room.</summary>
    public Refusal Refusal { get; }

    internal bool IsImpossible => Limit == 0;

    private bool IsRate => Reason == RefusalReason.ConnectionRate;

    /// <summary>Who shares the limit, and how full it is, in words.</summary>
    public override string ToString()
    {
        string limit = Limit == ResourceLimits.Unlimited ? "no limit" : Limit.ToString(CultureInfo.InvariantCulture);
        string rate = IsRate && Limit != ResourceLimits.Unlimited ? string.Create(CultureInfo.InvariantCulture, $", {PerSecond} a second") : "";
        string next = NextIn is not { } wait ? ""
            : wait == TimeSpan.MaxValue ? ", never a next one"
            : string.Create(CultureInfo.InvariantCulture, $", next in {wait.TotalSeconds:0.###} s");
        return string.Create(
            CultureInfo.InvariantCulture, $"{Name}: {(IsRate ? "token" : "connection")} {Current} + 1 of {limit} ({PercentFull:0.#} %){rate}{next}");
    }
}
