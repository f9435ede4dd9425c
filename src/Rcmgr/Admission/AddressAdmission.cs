using System.Net;
using System.Runtime.CompilerServices;

namespace Rcmgr;

/// <summary>
/// Decides by its address whether a connection may ask the scopes at all: rate first, then the slot of its address (specification
/// §3.1, §5). An address is either exempt or counted for the whole life of its connection. Safe to use from several threads; on
/// refusal nothing is allocated.
/// </summary>
internal sealed partial class AddressAdmission
{
    // For recordings in which all connections without an address share one.
    private static readonly AddressValue NoAddress = new(UInt128.MaxValue, isIPv4: false);

    private readonly ConnectionLimits _limits;
    private readonly Allowlist _allowlist;
    private readonly AddressLimiter _limiter;
    private readonly AddressLimiter? _unproved;
    private readonly bool _keepsMapped;
    private readonly bool _noAddressIsOneAddress;
    private readonly bool _includesOutbound;
    private readonly bool _exemptsLoopback;

    private AddressAdmission(
        AddressLimiter limiter, AddressLimiter? unproved, ConnectionLimits limits, Allowlist allowlist)
    {
        _limiter = limiter;
        _unproved = unproved;
        _limits = limits;
        _allowlist = allowlist;
        _keepsMapped = limits.Published.HasFlag(PublishedAdmission.MappedStaysIPv6);
        _noAddressIsOneAddress = limits.Published.HasFlag(PublishedAdmission.NoAddressIsOneAddress);
        ForgetsAllowlisted = limits.Published.HasFlag(PublishedAdmission.AllowlistExemptsNobody);
        _includesOutbound = limits.IncludeOutbound;
        _exemptsLoopback = limits.ExemptLoopback;
    }

    /// <summary>Subnets and networks that hold a connection now.</summary>
    public int HeldSubnets => _limiter.Holding;

    /// <summary>Subnets without a connection whose rate is remembered now.</summary>
    public int RememberedRates => _limiter.Remembered + (_unproved?.Remembered ?? 0);

    /// <summary>Whether a connection that came in through the allowlisted scopes stops counting for its address.</summary>
    public bool ForgetsAllowlisted { get; }

    /// <summary>Admission for <paramref name="limits"/>; null when they can refuse nobody, so that asking costs nothing.</summary>
    /// <param name="limits">The limits.</param>
    /// <param name="allowlist">Who is exempt.</param>
    /// <param name="time">The clock of rates.</param>
    public static AddressAdmission? Create(ConnectionLimits limits, Allowlist allowlist, TimeProvider time)
    {
        if (AddressLimiter.Create(limits, time) is not { } limiter)
            return null;
        AddressLimiter? unproved = limiter.CountsConnections ? AddressLimiter.CreateForUnproved(limits, time) : null;
        return new AddressAdmission(limiter, unproved, limits, allowlist);
    }

    /// <param name="direction">Who opens the connection.</param>
    /// <param name="remote">The remote address; null when the endpoint has none.</param>
    /// <param name="slot">What counts the connection for its address, to be given back at its end; null when nothing does.</param>
    /// <param name="refusal">Why the connection was refused.</param>
    public bool TryAdmit(Direction direction, IPAddress? remote, out AddressSlot? slot, out Refusal refusal)
    {
        slot = null;
        refusal = default;
        if (direction != Direction.Inbound && !_includesOutbound)
            return true;
        if (remote is null)
            return TryAdmitWithoutAddress(direction, ref refusal);
        AddressValue address = ValueOf(remote);
        if (IsExempt(address))
            return true;

        AddressObstacle obstacle = default;
        bool isAdmitted = _limiter.TryTake(address, out SlotCounter? counter, ref obstacle);
        slot = counter;
        if (isAdmitted)
            return true;
        refusal = obstacle.ToRefusal(remote, direction);
        return false;
    }

    /// <summary>Gives back a slot by its address, as recordings do; who has a slot gives it back himself.</summary>
    public void Forget(IPAddress remote) => _limiter.Forget(ValueOf(remote));

    /// <summary>
    /// Whether an address has to be proved first (specification §5.5). The allowlist does not count: an address that is not proved is
    /// anybody's.
    /// </summary>
    public bool MustVerify(IPAddress remote)
    {
        AddressValue address = ValueOf(remote);
        AddressObstacle obstacle = default;
        return _unproved is not null && !(_exemptsLoopback && address.IsLoopback) && !_unproved.TryTake(address, out _, ref obstacle);
    }

    private bool IsExempt(in AddressValue address) =>
        (_exemptsLoopback && address.IsLoopback) || (!ForgetsAllowlisted && _allowlist.AllowsEveryPeer(address));

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool TryAdmitWithoutAddress(Direction direction, ref Refusal refusal)
    {
        AddressValue? shared = _noAddressIsOneAddress ? NoAddress : null;
        AddressObstacle obstacle = default;
        if (_limiter.TryTakeRates(shared, ref obstacle))
            return true;
        refusal = obstacle.ToRefusal(null, direction);
        return false;
    }

    private AddressValue ValueOf(IPAddress remote) => AddressValue.Of(remote, _keepsMapped);
}
