using System.Net;

namespace Rcmgr;

/// <summary>
/// Decides by its address whether a connection may ask the scopes at all: rate first, then the slot of its address (specification
/// §3.1, §5). An address is either exempt or counted for the whole life of its connection. Safe to use from several threads; on
/// refusal nothing is allocated.
/// </summary>
internal sealed partial class AddressAdmission
{
    // For recordings in which all connections without an address share one.
    private static readonly AddressValue NoAddress = new(UInt128.MaxValue, IsIPv4: false);

    private readonly ConnectionLimits _limits;
    private readonly Allowlist _allowlist;
    private readonly ConnectionRateLimiter? _rates;
    private readonly SubnetCounters? _slots;
    private readonly ConnectionRateLimiter? _unproved;
    private readonly bool _keepsMapped;
    private readonly bool _noAddressIsOneAddress;
    private readonly bool _includesOutbound;
    private readonly bool _exemptsLoopback;

    private AddressAdmission(ConnectionLimits limits, Allowlist allowlist, TimeProvider time, AddressAdmission? before)
    {
        _limits = limits;
        _allowlist = allowlist;
        _keepsMapped = limits.Published.HasFlag(PublishedAdmission.MappedStaysIPv6);
        _noAddressIsOneAddress = limits.Published.HasFlag(PublishedAdmission.NoAddressIsOneAddress);
        ForgetsAllowlisted = limits.Published.HasFlag(PublishedAdmission.AllowlistExemptsNobody);
        _includesOutbound = limits.IncludeOutbound;
        _exemptsLoopback = limits.ExemptLoopback;
        _rates = CreateRates(limits, time, before);
        _slots = SubnetCounters.Create(limits);
        _unproved = _slots is null ? null : CreateUnproved(limits, time, before);
    }

    /// <summary>Subnets and networks that hold a connection now.</summary>
    public int HeldSubnets => _slots?.Count ?? 0;

    /// <summary>Subnets whose rate is remembered now.</summary>
    public int RememberedRates => (_rates?.Count ?? 0) + (_unproved?.Count ?? 0);

    /// <summary>Whether a connection that came in through the allowlisted scopes stops counting for its address.</summary>
    public bool ForgetsAllowlisted { get; }

    /// <summary>Admission for <paramref name="limits"/>; null when they can refuse nobody, so that asking costs nothing.</summary>
    /// <param name="limits">The limits.</param>
    /// <param name="allowlist">Who is exempt.</param>
    /// <param name="time">The clock of rates.</param>
    /// <param name="before">The admission whose place it takes; null for none.</param>
    public static AddressAdmission? Create(ConnectionLimits limits, Allowlist allowlist, TimeProvider time, AddressAdmission? before = null)
    {
        AddressAdmission admission = new(limits, allowlist, time, before);
        return admission._rates is null && admission._slots is null ? null : admission;
    }

    /// <param name="direction">Who opens the connection.</param>
    /// <param name="remote">The remote address; null when the endpoint has none.</param>
    /// <param name="holdsSlot">Whether a slot was taken, to be given back with <see cref="Return"/> at the connection's end.</param>
    /// <param name="refusal">Why the connection was refused.</param>
    public bool TryAdmit(Direction direction, IPAddress? remote, out bool holdsSlot, out Refusal refusal)
    {
        holdsSlot = false;
        refusal = default;
        if (direction != Direction.Inbound && !_includesOutbound)
            return true;
        if (remote is null)
            return TryAdmitWithoutAddress(direction, ref refusal);
        AddressValue address = ValueOf(remote);
        if (IsExempt(address))
            return true;

        if (_rates is not null && !_rates.TryTake(address, out AddressRule? rule, out TimeSpan retryAfter))
        {
            refusal = Refusal.OfRate(rule!, remote, direction, retryAfter);
            return false;
        }

        if (_slots is null)
            return true;
        SlotOutcome outcome = _slots.TryTake(address, out rule, out long current);
        holdsSlot = outcome == SlotOutcome.Taken;
        if (outcome == SlotOutcome.Refused)
            refusal = Refusal.OfAddress(rule!, remote, direction, current);
        return outcome != SlotOutcome.Refused;
    }

    /// <summary>Gives back the slot of a connection that <see cref="TryAdmit"/> gave one.</summary>
    public void Return(IPAddress remote) => _slots?.Return(ValueOf(remote));

    /// <summary>
    /// Whether an address has to be proved first (specification §5.5). The allowlist does not count: an address that is not proved is
    /// anybody's.
    /// </summary>
    public bool MustVerify(IPAddress remote)
    {
        AddressValue address = ValueOf(remote);
        return _unproved is not null && !(_exemptsLoopback && address.IsLoopback) && !_unproved.TryTake(address, out _, out _);
    }

    private bool IsExempt(in AddressValue address) =>
        (_exemptsLoopback && address.IsLoopback) || (!ForgetsAllowlisted && _allowlist.AllowsEveryPeer(address));

    private bool TryAdmitWithoutAddress(Direction direction, ref Refusal refusal)
    {
        if (_rates is null)
            return true;
        bool isAdmitted = _noAddressIsOneAddress
            ? _rates.TryTake(NoAddress, out AddressRule? rule, out TimeSpan retryAfter)
            : _rates.TryTakeWithoutAddress(out rule, out retryAfter);
        if (!isAdmitted)
            refusal = Refusal.OfRate(rule!, null, direction, retryAfter);
        return isAdmitted;
    }

    private AddressValue ValueOf(IPAddress remote) => AddressValue.Of(remote, _keepsMapped);
}
