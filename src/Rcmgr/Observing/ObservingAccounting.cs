using System.Net;

namespace Rcmgr;

/// <summary>
/// Stands before an engine without limits. Before each operation it asks what the limits would say of it, and counts the refusals; then
/// the operation is done. What is in use is exact. The judgement and the operation are two instants: near a limit, threads that race may
/// be counted as refused where one of them would not have been, or the other way round.
/// </summary>
internal sealed class ObservingAccounting : AccountingEngine
{
    private readonly AccountingEngine _inner;
    private readonly JudgedLimits _limits;
    private readonly Explainer _explainer;

    public ObservingAccounting(ResourceManagerLimits limits, Allowlist allowlist, Func<AccountingEngine, AccountingEngine> createInner)
        : base(ResourceManagerLimits.Infinite, shards: 1)
    {
        _inner = createInner(this);
        _limits = new JudgedLimits(limits);
        _explainer = new Explainer(this, allowlist);
        System = _inner.System;
        Transient = _inner.Transient;
        AllowlistedSystem = _inner.AllowlistedSystem;
        AllowlistedTransient = _inner.AllowlistedTransient;
        Refusals = _inner.Refusals;
    }

    public override long Faults => _inner.Faults;

    public override ConnectionScope? TryOpenConnection(
        Direction direction, bool usesFileDescriptor, IPAddress? remoteAddress, out Refusal refusal)
    {
        Judge(_explainer.OpenAdmittedConnection(direction, usesFileDescriptor, remoteAddress));
        return _inner.TryOpenConnection(direction, usesFileDescriptor, remoteAddress, out refusal);
    }

    public override bool TrySetPeer(ConnectionScope connection, PeerKey peer, out Refusal refusal)
    {
        Judge(_explainer.SetPeer(connection, peer));
        return _inner.TrySetPeer(connection, peer, out refusal);
    }

    public override StreamScope? TryOpenStream(PeerKey peer, Direction direction, out Refusal refusal)
    {
        Judge(_explainer.OpenStream(peer, direction, protocol: null, service: null));
        return _inner.TryOpenStream(peer, direction, out refusal);
    }

    public override bool TrySetProtocol(StreamScope stream, string protocol, out Refusal refusal)
    {
        Judge(_explainer.SetProtocol(stream, protocol));
        return _inner.TrySetProtocol(stream, protocol, out refusal);
    }

    public override bool TrySetService(StreamScope stream, string service, out Refusal refusal)
    {
        Judge(_explainer.SetService(stream, service));
        return _inner.TrySetService(stream, service, out refusal);
    }

    public override bool TryReserveMemory(ResourceScope scope, long size, byte priority, out Refusal refusal)
    {
        Judge(_explainer.ReserveMemory(scope, size, priority));
        return _inner.TryReserveMemory(scope, size, priority, out refusal);
    }

    public override bool ReleaseMemory(ResourceScope scope, long size) => _inner.ReleaseMemory(scope, size);

    public override SpanScope? TryBeginSpan(ResourceScope owner, out Refusal refusal) => _inner.TryBeginSpan(owner, out refusal);

    public override AddressSlot? Close(ConnectionScope connection)
    {
        AddressSlot? slot = _inner.Close(connection);
        _limits.Forget(connection);
        return slot;
    }

    public override void Close(StreamScope stream)
    {
        _inner.Close(stream);
        _limits.Forget(stream);
    }

    public override void Close(SpanScope span)
    {
        _inner.Close(span);
        _limits.Forget(span);
    }

    public override ScopeView ViewPeer(PeerKey peer) => _inner.ViewPeer(peer);

    public override ScopeView ViewGroup(ScopeKind kind, string name) => _inner.ViewGroup(kind, name);

    public override void EndView(SharedScope scope) => _inner.EndView(scope);

    public override ScopeUsage ReadUsage(ResourceScope scope) => _inner.ReadUsage(scope);

    public override ResourceLimits ReadLimits(ResourceScope scope) => _limits.Of(scope);

    public override void SetLimits(ResourceScope scope, ResourceLimits limits) => _limits.Set(scope, limits);

    public override ResourceManagerLimits ReadManagerLimits() => _limits.Manager;

    public override LimitsPlan PlanLimits(ResourceManagerLimits limits) =>
        new(_limits.Manager, limits, [.. _inner.PlanLimits(limits).ScopesOver.Where(over => !_limits.HasOwn(over.Key))]);

    public override LimitsPlan ReplaceConfiguredLimits(ResourceManagerLimits limits)
    {
        LimitsPlan plan = PlanLimits(limits);
        _limits.Manager = limits;
        return plan;
    }

    public override void ObserveLeaves(ILeafObserver observer) => _inner.ObserveLeaves(observer);

    public override void PinStrict() => _inner.PinStrict();

    public override ResourceManagerSnapshot TakeSnapshot() => new([.. _inner.TakeSnapshot().Scopes.Select(WithJudgedLimits)]);

    public override IReadOnlyList<ScopeReport> ReadWideScopes() => [.. _inner.ReadWideScopes().Select(WithJudgedLimits)];

    public override void ReadPeers(PeerDistribution distribution) => _inner.ReadPeers(distribution);

    public override PeekedScope[] Peek(params ReadOnlySpan<ScopeKey> scopes) => WithJudgedLimits(_inner.Peek(scopes));

    public override PeekedScope[] PeekPath(ResourceScope scope) => WithJudgedLimits(_inner.PeekPath(scope));

    /// <summary>A scope that is closed or in the wrong state refuses all the same, and counts that itself.</summary>
    private void Judge(Explanation explanation)
    {
        if (explanation.Refusal.Reason == RefusalReason.Limit)
            Refusals.CountAlways(explanation.Refusal);
    }

    private ScopeReport WithJudgedLimits(ScopeReport report) => report.WithLimits(_limits.Of(report.Key));

    private PeekedScope[] WithJudgedLimits(PeekedScope[] scopes)
    {
        for (int i = 0; i < scopes.Length; i++)
            scopes[i] = scopes[i] with { Limits = _limits.Of(scopes[i].Key) };
        return scopes;
    }
}
