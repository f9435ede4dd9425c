using System.Diagnostics.CodeAnalysis;
using System.Diagnostics.Metrics;
using System.Net;

namespace Rcmgr;

/// <summary>
/// The network resource manager: reserve here before you allocate, and dispose what it gave you when the connection, stream
/// or buffer is gone. It counts only what it is told and never closes anything itself (specification §1). All members are
/// safe to use from several threads; every operation is all or nothing.
/// </summary>
public sealed partial class ResourceManager : IDisposable
{
    // So many that two processors seldom need the same one, few enough to stop them all now and then.
    private const int ShardsPerProcessor = 4;
    private const int MostShards = 1024;

    /// <summary>The name of the meter of every manager.</summary>
    public const string MeterName = "Rcmgr";

    private readonly AccountingEngine _engine;
    private readonly IAddressAdmission? _admission;
    private readonly ManagerMeter _meter;

    /// <summary>
    /// Creates a manager with limits for every class of scope and, optionally, an allowlist. Connections are not limited by their
    /// address: see <see cref="ResourceManager(ResourceManagerOptions)"/>.
    /// </summary>
    /// <param name="limits">See <see cref="ScalingLimits"/> for limits that fit the machine.</param>
    /// <param name="allowlist">Networks that may use the allowlisted scopes; an empty list when null.</param>
    /// <exception cref="ArgumentNullException"><paramref name="limits"/> is null.</exception>
    public ResourceManager(ResourceManagerLimits limits, Allowlist? allowlist = null)
        : this(new ResourceManagerOptions { Limits = limits, Allowlist = allowlist, ConnectionLimits = ConnectionLimits.None })
    {
    }

    /// <summary>Creates a manager.</summary>
    /// <exception cref="ArgumentNullException"><paramref name="options"/> or one of its members that must be there is null.</exception>
    /// <exception cref="ArgumentException">
    /// The connection limits cannot be what was meant, such as a prefix that is too long for its address family.
    /// </exception>
    public ResourceManager(ResourceManagerOptions options)
        : this(options, options is { ObserveOnly: true } ? CreateObserving : CreateAccounting)
    {
    }

    internal ResourceManager(ResourceManagerOptions options, Func<ResourceManagerLimits, Allowlist, AccountingEngine> createEngine)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(options.Limits);
        ArgumentNullException.ThrowIfNull(options.ConnectionLimits);
        ArgumentNullException.ThrowIfNull(options.TimeProvider);
        ConnectionLimitsCheck.ThrowIfInvalid(options.ConnectionLimits);
        Allowlist = options.Allowlist ?? new Allowlist();
        _connectionLimits = options.ConnectionLimits;
        if (options.ConnectionLimitsMayChange)
            _replaceable = new ReplaceableAdmission(_connectionLimits, Allowlist, options.TimeProvider);
        _admission = (IAddressAdmission?)_replaceable ?? AddressAdmission.Create(_connectionLimits, Allowlist, options.TimeProvider);
        _engine = createEngine(options.Limits, Allowlist);
        AllowWaiting(options.Waiting, options.TimeProvider);
        if (options.LeakTracking is { } leakTracking)
            TrackLeaks(leakTracking, options.TimeProvider);
        _meter = new ManagerMeter(_engine, options.MeterFactory, options.Name);
    }

    /// <summary>Creates a manager that counts as <paramref name="engine"/> does.</summary>
    internal ResourceManager(AccountingEngine engine, Allowlist allowlist)
    {
        Allowlist = allowlist;
        _connectionLimits = ConnectionLimits.None;
        _engine = engine;
        AllowWaiting(new WaitingOptions(), TimeProvider.System);
        _meter = new ManagerMeter(_engine, factory: null, managerName: null);
    }

    /// <summary>Ends the metrics of a manager that nobody disposed: the runtime would keep its meter for ever.</summary>
    ~ResourceManager() => _meter?.Dispose();

    /// <summary>
    /// The limits in force for every scope that was not given its own, live or new: those of the construction or of the last
    /// <see cref="ApplyLimits"/>. What one scope is held to is in <see cref="ResourceScope.Limits"/>.
    /// </summary>
    public ResourceManagerLimits Limits => _engine.ReadManagerLimits();

    /// <summary>Who may connect when the normal scopes are full (specification §6).</summary>
    public Allowlist Allowlist { get; }

    /// <summary>Everything the host holds, but for what was admitted through the allowlist.</summary>
    public ResourceScope System => _engine.System;

    /// <summary>Connections without a known peer and streams without a protocol.</summary>
    public ResourceScope Transient => _engine.Transient;

    /// <summary>Connections that were admitted through the allowlist.</summary>
    public ResourceScope AllowlistedSystem => _engine.AllowlistedSystem;

    /// <summary>Connections that were admitted through the allowlist and have no known peer yet.</summary>
    public ResourceScope AllowlistedTransient => _engine.AllowlistedTransient;

    /// <summary>
    /// How often something was released that the scope did not hold, so far. Anything but zero is a fault in the program that
    /// uses the manager; no other scope's share was touched (specification §2.4).
    /// </summary>
    public long AccountingFaults => _engine.Faults;

    /// <summary>
    /// Reserves a connection in the transient and system scopes, or, when they are full and the address is allowlisted, in
    /// the allowlisted ones (specification §3.1). Before that, the address must be within <see cref="ConnectionLimits"/>: its rate
    /// first, then how many connections it holds. Neither throws nor allocates on refusal.
    /// </summary>
    /// <param name="direction">Who opens the connection.</param>
    /// <param name="usesFileDescriptor">Whether the connection costs a file descriptor, as a TCP socket does.</param>
    /// <param name="remoteAddress">The remote address; null when the endpoint has none.</param>
    /// <param name="connection">The connection's account; dispose it when the connection is gone.</param>
    /// <param name="refusal">Why it was refused.</param>
    public bool TryOpenConnection(
        Direction direction,
        bool usesFileDescriptor,
        IPAddress? remoteAddress,
        [NotNullWhen(true)] out ConnectionScope? connection,
        out Refusal refusal)
    {
        connection = _admission is null
            ? _engine.TryOpenConnection(direction, usesFileDescriptor, remoteAddress, out refusal)
            : TryOpenAdmitted(_admission, direction, usesFileDescriptor, remoteAddress, out refusal);
        return connection is not null;
    }

    /// <summary>
    /// Whether a remote has to prove its source address before a connection is opened for it, with a QUIC Retry for example: half
    /// of what an address may hold is open to packets that may be forged, the rest needs proof (specification §5.5). Counts each
    /// question; never for an address whose connections are not limited, such as loopback. Allowlisted addresses have to prove
    /// themselves like all others.
    /// </summary>
    /// <param name="remoteAddress">The source address of the packet.</param>
    /// <exception cref="ArgumentNullException"><paramref name="remoteAddress"/> is null.</exception>
    public bool VerifySourceAddress(IPAddress remoteAddress)
    {
        ArgumentNullException.ThrowIfNull(remoteAddress);
        return _admission is not null && _admission.MustVerify(remoteAddress);
    }

    /// <summary>Reserves a connection as <see cref="TryOpenConnection"/> does, or throws.</summary>
    /// <param name="direction">Who opens the connection.</param>
    /// <param name="usesFileDescriptor">Whether the connection costs a file descriptor, as a TCP socket does.</param>
    /// <param name="remoteAddress">The remote address; null when the endpoint has none.</param>
    /// <exception cref="ResourceLimitExceededException">A limit of a scope or of the address would be exceeded.</exception>
    public ConnectionScope OpenConnection(Direction direction, bool usesFileDescriptor, IPAddress? remoteAddress = null) =>
        TryOpenConnection(direction, usesFileDescriptor, remoteAddress, out ConnectionScope? connection, out Refusal refusal)
            ? connection
            : throw refusal.ToException();

    /// <summary>
    /// Reserves a stream in its peer's, the transient and the system scope (specification §3.3). Neither throws nor allocates
    /// on refusal.
    /// </summary>
    /// <param name="peer">The remote peer.</param>
    /// <param name="direction">Who opens the stream.</param>
    /// <param name="stream">The stream's account; dispose it when the stream is closed and its handler has returned.</param>
    /// <param name="refusal">Why it was refused.</param>
    /// <exception cref="ArgumentNullException"><paramref name="peer"/> is null.</exception>
    public bool TryOpenStream(PeerKey peer, Direction direction, [NotNullWhen(true)] out StreamScope? stream, out Refusal refusal)
    {
        ArgumentNullException.ThrowIfNull(peer);
        stream = _engine.TryOpenStream(peer, direction, out refusal);
        return stream is not null;
    }

    /// <summary>Reserves a stream as <see cref="TryOpenStream"/> does, or throws.</summary>
    /// <param name="peer">The remote peer.</param>
    /// <param name="direction">Who opens the stream.</param>
    /// <exception cref="ArgumentNullException"><paramref name="peer"/> is null.</exception>
    /// <exception cref="ResourceLimitExceededException">A limit would be exceeded.</exception>
    public StreamScope OpenStream(PeerKey peer, Direction direction) =>
        TryOpenStream(peer, direction, out StreamScope? stream, out Refusal refusal) ? stream : throw refusal.ToException();

    /// <summary>Holds a peer's scope in being, made if there is none, to look at it or to reserve on it (specification §1.4).</summary>
    /// <exception cref="ArgumentNullException"><paramref name="peer"/> is null.</exception>
    public ScopeView ViewPeer(PeerKey peer)
    {
        ArgumentNullException.ThrowIfNull(peer);
        return _engine.ViewPeer(peer).TrackedBy(_leaks);
    }

    /// <summary>Holds a protocol's scope in being, made if there is none, to look at it or to reserve on it (specification §1.4).</summary>
    /// <exception cref="ArgumentException"><paramref name="protocol"/> is null or empty.</exception>
    public ScopeView ViewProtocol(string protocol)
    {
        ArgumentException.ThrowIfNullOrEmpty(protocol);
        return _engine.ViewGroup(ScopeKind.Protocol, protocol).TrackedBy(_leaks);
    }

    /// <summary>Holds a service's scope in being, made if there is none, to look at it or to reserve on it (specification §1.4).</summary>
    /// <exception cref="ArgumentException"><paramref name="service"/> is null or empty.</exception>
    public ScopeView ViewService(string service)
    {
        ArgumentException.ThrowIfNullOrEmpty(service);
        return _engine.ViewGroup(ScopeKind.Service, service).TrackedBy(_leaks);
    }

    /// <summary>
    /// Says what <see cref="ApplyLimits"/> would do at this instant, and changes nothing. Costs time in proportion to the scopes.
    /// </summary>
    /// <exception cref="ArgumentNullException"><paramref name="limits"/> is null.</exception>
    public LimitsPlan PlanLimits(ResourceManagerLimits limits)
    {
        ArgumentNullException.ThrowIfNull(limits);
        return _engine.PlanLimits(limits);
    }

    /// <summary>
    /// Replaces the limits of all scopes at one instant, live ones and those to come. Scopes whose
    /// <see cref="ResourceScope.Limits"/> were set keep them. Nothing is taken away from a holder: a scope that holds more than
    /// the new limits allow refuses until enough was released. Costs time in proportion to the scopes.
    /// </summary>
    /// <returns>What was changed, and which scopes hold more than they may, at that instant.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="limits"/> is null.</exception>
    public LimitsPlan ApplyLimits(ResourceManagerLimits limits)
    {
        ArgumentNullException.ThrowIfNull(limits);
        return _engine.ReplaceConfiguredLimits(limits);
    }

    /// <summary>What every shared scope holds and is held to, at one instant (specification §7.5). Costs time in proportion to the scopes.</summary>
    public ResourceManagerSnapshot TakeSnapshot() => _engine.TakeSnapshot();

    /// <summary>
    /// The meter with this manager's instruments (specification §7.1): use, limits and refusals of the roots, services and protocols, and
    /// how many peers hold how much. All are observable; nothing is counted twice and a reservation pays nothing for them.
    /// </summary>
    public Meter Meter => _meter.Meter;

    /// <summary>Ends the metrics. Everything else goes on: scopes that are open can still be used and must still be disposed.</summary>
    public void Dispose()
    {
        _meter.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>How many operations were refused so far, by scope, resource, direction and reason; only what is not zero.</summary>
    public IReadOnlyList<RefusalCount> GetRefusalCounts() => _engine.Refusals.Read();

    private ConnectionScope? TryOpenAdmitted(
        IAddressAdmission admission, Direction direction, bool usesFileDescriptor, IPAddress? remoteAddress, out Refusal refusal)
    {
        return TryAdmit(admission, direction, remoteAddress, out AddressSlot? slot, out refusal)
            ? OpenAdmitted(admission, direction, usesFileDescriptor, remoteAddress, slot, returnsSlot: true, out refusal)
            : null;
    }

    internal bool TryAdmit(IAddressAdmission admission, Direction direction, IPAddress? remoteAddress, out AddressSlot? slot, out Refusal refusal)
    {
        if (admission.TryAdmit(direction, remoteAddress, out slot, out refusal))
            return true;
        if (ObservesOnly)
            _engine.Refusals.CountAlways(refusal);
        else
            _engine.Refusals.Count(refusal);
        return ObservesOnly;
    }

    /// <summary>Opens a connection that its address does not stand against.</summary>
    /// <param name="admission">Who admitted the address.</param>
    /// <param name="direction">Who opens the connection.</param>
    /// <param name="usesFileDescriptor">Whether the connection costs a file descriptor.</param>
    /// <param name="remoteAddress">The remote address.</param>
    /// <param name="slot">What counts the connection for its address; null when nothing does.</param>
    /// <param name="returnsSlot">Whether a refusal gives the slot back.</param>
    /// <param name="refusal">Why it was refused.</param>
    internal ConnectionScope? OpenAdmitted(
        IAddressAdmission admission,
        Direction direction,
        bool usesFileDescriptor,
        IPAddress? remoteAddress,
        AddressSlot? slot,
        bool returnsSlot,
        out Refusal refusal)
    {
        ConnectionScope? connection = null;
        try
        {
            connection = _engine.TryOpenConnection(direction, usesFileDescriptor, remoteAddress, out refusal);
        }
        finally
        {
            bool endsSlot = connection is null ? returnsSlot : connection.IsAllowlisted && admission.ForgetsAllowlisted;
            if (endsSlot)
                slot?.Return();
            else
                connection?.HoldSlot(slot);
        }

        return connection;
    }
}
