using System.Diagnostics.CodeAnalysis;
using System.Net;

namespace Rcmgr;

/// <summary>
/// No accounting: admits everything, counts nothing, knows no names. It hands out scopes because callers hold and dispose them; they are
/// always empty. What an operation costs with it is what it costs without a manager.
/// </summary>
/// <remarks>
/// All peers are one scope and all spans are one span, since neither has anything to remember. Streams never get a protocol's or a
/// service's scope.
/// </remarks>
[SuppressMessage("Design", "CA1001", Justification = "Disposing the one span would do nothing.")]
internal sealed class NullAccounting : AccountingEngine
{
    private readonly Shard _shard;
    private readonly PeerScope _peer;
    private readonly SpanScope _span;

    public NullAccounting()
        : base(ResourceManagerLimits.Infinite, shards: 1)
    {
        _shard = new Shard(this, 0, new Gate());
        System = CreateWide(ScopeKind.System);
        Transient = CreateWide(ScopeKind.Transient);
        AllowlistedSystem = CreateWide(ScopeKind.AllowlistedSystem);
        AllowlistedTransient = CreateWide(ScopeKind.AllowlistedTransient);
        _peer = new PeerScope(_shard, ResourceLimits.AllowAll, new PeerKey("any"));
        _span = new SpanScope(System, ResourceLimits.AllowAll, 0);
    }

    public override long Faults => 0;

    public override ConnectionScope TryOpenConnection(
        Direction direction, bool usesFileDescriptor, IPAddress? remoteAddress, out Refusal refusal)
    {
        refusal = default;
        return new ConnectionScope(_shard, 0, direction, usesFileDescriptor, remoteAddress, isAllowlisted: false);
    }

    public override bool TrySetPeer(ConnectionScope connection, PeerKey peer, out Refusal refusal)
    {
        connection.Peer = _peer;
        return Admit(out refusal);
    }

    public override StreamScope TryOpenStream(PeerKey peer, Direction direction, out Refusal refusal)
    {
        refusal = default;
        return new StreamScope(0, direction, _peer);
    }

    public override bool TrySetProtocol(StreamScope stream, string protocol, out Refusal refusal) => Admit(out refusal);

    public override bool TrySetService(StreamScope stream, string service, out Refusal refusal) => Admit(out refusal);

    public override bool TryReserveMemory(ResourceScope scope, long size, byte priority, out Refusal refusal) => Admit(out refusal);

    public override bool ReleaseMemory(ResourceScope scope, long size) => true;

    public override SpanScope TryBeginSpan(ResourceScope owner, out Refusal refusal)
    {
        refusal = default;
        return _span;
    }

    public override AddressSlot? Close(ConnectionScope connection) => null;

    public override void Close(StreamScope stream)
    {
    }

    public override void Close(SpanScope span)
    {
    }

    public override ScopeView ViewPeer(PeerKey peer) => new(_peer);

    public override ScopeView ViewGroup(ScopeKind kind, string name) => new(CreateWide(kind, name));

    public override void EndView(SharedScope scope)
    {
    }

    public override ScopeUsage ReadUsage(ResourceScope scope) => default;

    public override void SetLimits(ResourceScope scope, ResourceLimits limits)
    {
    }

    public override LimitsPlan PlanLimits(ResourceManagerLimits limits) => new(ConfiguredLimits, limits, []);

    public override LimitsPlan ReplaceConfiguredLimits(ResourceManagerLimits limits)
    {
        LimitsPlan plan = PlanLimits(limits);
        ConfiguredLimits = limits;
        return plan;
    }

    public override PeekedScope[] Peek(params ReadOnlySpan<ScopeKey> scopes)
    {
        PeekedScope[] found = new PeekedScope[scopes.Length];
        for (int i = 0; i < scopes.Length; i++)
            found[i] = new PeekedScope(scopes[i], default, ResourceLimits.AllowAll, IsClosed: false);
        return found;
    }

    public override PeekedScope[] PeekPath(ResourceScope scope) => [PeekedScope.Of(scope, default, isClosed: false)];

    public override void PinStrict()
    {
    }

    public override ResourceManagerSnapshot TakeSnapshot() => new(ReadWideScopes());

    public override IReadOnlyList<ScopeReport> ReadWideScopes() =>
    [
        .. new[] { System, Transient, AllowlistedSystem, AllowlistedTransient }.Select(
            root => new ScopeReport(root.Kind, root.NameSubject, root.NamePeer, default, root.CurrentLimits)),
    ];

    public override void ReadPeers(PeerDistribution distribution)
    {
    }

    private static bool Admit(out Refusal refusal)
    {
        refusal = default;
        return true;
    }

    private WideScope CreateWide(ScopeKind kind, string? name = null) => new(_shard, ResourceLimits.AllowAll, kind, parent: null, shards: 1, name);
}
