using System.Net;

namespace Rcmgr;

/// <summary>
/// What scopes and the manager ask of the accounting. The engine itself is generic over the policy that counts wide scopes
/// (<see cref="IWideAccounting"/>), so that the policy's calls are bound when the code is compiled; scopes see only this.
/// </summary>
internal abstract partial class AccountingEngine
{
    protected AccountingEngine(ResourceManagerLimits limits)
    {
        _configured = limits;
        System = new WideScope(this, limits.System, ScopeKind.System, null);
        Transient = new WideScope(this, limits.Transient, ScopeKind.Transient, System);
        AllowlistedSystem = new WideScope(this, limits.AllowlistedSystem, ScopeKind.AllowlistedSystem, null);
        AllowlistedTransient = new WideScope(this, limits.AllowlistedTransient, ScopeKind.AllowlistedTransient, AllowlistedSystem);
    }

    public WideScope System { get; }

    public WideScope Transient { get; }

    public WideScope AllowlistedSystem { get; }

    public WideScope AllowlistedTransient { get; }

    public RefusalCounters Refusals { get; } = new();

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
