using System.Net;

namespace Rcmgr;

/// <summary>
/// What scopes and the manager ask of the accounting. The engine itself is generic over the policy that counts wide scopes
/// (<see cref="IWideAccounting"/>), so that the policy's calls are bound when the code is compiled; scopes see only this.
/// </summary>
internal abstract partial class AccountingEngine
{
    /// <param name="limits">The limits of the roots.</param>
    /// <param name="facade">What the scopes take for their engine, when it is not this one.</param>
    protected AccountingEngine(ResourceManagerLimits limits, AccountingEngine? facade = null)
    {
        _configured = limits;
        Facade = facade ?? this;
        System = new WideScope(Facade, limits.System, ScopeKind.System, null);
        Transient = new WideScope(Facade, limits.Transient, ScopeKind.Transient, System);
        AllowlistedSystem = new WideScope(Facade, limits.AllowlistedSystem, ScopeKind.AllowlistedSystem, null);
        AllowlistedTransient = new WideScope(Facade, limits.AllowlistedTransient, ScopeKind.AllowlistedTransient, AllowlistedSystem);
    }

    /// <summary>For an engine that stands before another.</summary>
    protected AccountingEngine()
    {
        _configured = ResourceManagerLimits.Infinite;
        Facade = this;
    }

    public WideScope System { get; protected init; } = null!;

    public WideScope Transient { get; protected init; } = null!;

    public WideScope AllowlistedSystem { get; protected init; } = null!;

    public WideScope AllowlistedTransient { get; protected init; } = null!;

    public RefusalCounters Refusals { get; protected init; } = new();

    /// <summary>The engine that callers of this engine's scopes meet.</summary>
    protected AccountingEngine Facade { get; }

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

    public abstract void Close(ConnectionScope connection);

    public abstract void Close(StreamScope stream);

    public abstract void Close(SpanScope span);

    public abstract ScopeView ViewPeer(PeerKey peer);

    public abstract ScopeView ViewGroup(ScopeKind kind, string name);

    public abstract void EndView(SharedScope scope);

    public abstract ScopeUsage ReadUsage(ResourceScope scope);

    public abstract void SetLimits(ResourceScope scope, ResourceLimits limits);

    public abstract ResourceManagerSnapshot TakeSnapshot();

    /// <summary>The roots, services and protocols. Each is read exactly; together they need not be of one instant.</summary>
    public abstract IReadOnlyList<ScopeReport> ReadWideScopes();

    /// <summary>Adds every peer to <paramref name="distribution"/>, without holding up all peers at once.</summary>
    public abstract void ReadPeers(PeerDistribution distribution);
}
