using System.Net;

namespace Rcmgr;

/// <summary>
/// What scopes and the manager ask of the accounting. The engine itself is generic over the policy that counts wide scopes
/// (<see cref="IWideAccounting"/>), so that the policy's calls are bound when the code is compiled; scopes see only this.
/// </summary>
internal abstract partial class AccountingEngine
{
    private ResourceManagerLimits _configured;

    protected AccountingEngine(ResourceManagerLimits limits, int shards)
    {
        _configured = limits;
        Refusals = new RefusalCounters(shards);
    }

    public WideScope System { get; protected init; } = null!;

    public WideScope Transient { get; protected init; } = null!;

    public WideScope AllowlistedSystem { get; protected init; } = null!;

    public WideScope AllowlistedTransient { get; protected init; } = null!;

    /// <summary>The limits of every scope that was not given its own. Written under all gates.</summary>
    public ResourceManagerLimits ConfiguredLimits
    {
        get => Volatile.Read(ref _configured);
        protected set => Volatile.Write(ref _configured, value);
    }

    public RefusalCounters Refusals { get; protected init; }

    /// <summary>
    /// Told after something was given back, or limits were replaced, with no gate held; null while nobody waits. To lose no
    /// wake-up: register first, then try, then wait.
    /// </summary>
    public volatile ICapacityListener? CapacityListener;

    /// <summary>Told of every connection, stream and span, with no gate held; null when nobody looks for leaks.</summary>
    public volatile ILeafObserver? LeafObserver;

    /// <summary>Releases of more than was held, so far.</summary>
    public abstract long Faults { get; }

    public abstract ConnectionScope? TryOpenConnection(
        Direction direction, bool usesFileDescriptor, IPAddress? remoteAddress, out Refusal refusal);

    public abstract bool TrySetPeer(ConnectionScope connection, PeerKey peer, out Refusal refusal);

    public abstract StreamScope? TryOpenStream(PeerKey peer, Direction direction, out Refusal refusal);

    public abstract bool TrySetProtocol(StreamScope stream, string protocol, out Refusal refusal);

    public abstract bool TrySetService(StreamScope stream, string service, out Refusal refusal);

    public abstract bool TryReserveMemory(ResourceScope scope, long size, byte priority, out Refusal refusal);

    public abstract bool ReleaseMemory(ResourceScope scope, long size);

    public abstract SpanScope? TryBeginSpan(ResourceScope owner, out Refusal refusal);

    /// <returns>What counts the connection for its address, for the one caller who has to give that slot back; else null.</returns>
    public abstract AddressSlot? Close(ConnectionScope connection);

    public abstract void Close(StreamScope stream);

    public abstract void Close(SpanScope span);

    public abstract ScopeView ViewPeer(PeerKey peer);

    public abstract ScopeView ViewGroup(ScopeKind kind, string name);

    public abstract void EndView(SharedScope scope);

    public abstract ScopeUsage ReadUsage(ResourceScope scope);

    public abstract void SetLimits(ResourceScope scope, ResourceLimits limits);

    /// <summary>What replacing the limits would change at this instant.</summary>
    public abstract LimitsPlan PlanLimits(ResourceManagerLimits limits);

    /// <summary>
    /// Replaces the limits of all scopes that were not given their own, live ones and those to come, at one instant, and says what that
    /// changed.
    /// </summary>
    public abstract LimitsPlan ReplaceConfiguredLimits(ResourceManagerLimits limits);

    public abstract ResourceManagerSnapshot TakeSnapshot();

    /// <summary>Makes every wide scope that there is count strictly for good: the state near a limit, to be measured and tested.</summary>
    public abstract void PinStrict();

    /// <summary>The roots, services and protocols. Each is read exactly; together they need not be of one instant.</summary>
    public abstract IReadOnlyList<ScopeReport> ReadWideScopes();

    /// <summary>Adds every peer to <paramref name="distribution"/>, without holding up all peers at once.</summary>
    public abstract void ReadPeers(PeerDistribution distribution);
}
