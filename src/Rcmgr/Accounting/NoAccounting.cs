using System.Net;

namespace Rcmgr;

/// <summary>
/// The accounting that counts nothing and refuses nothing: what a host does without a manager, for measurements of what the manager
/// costs. Every caller gets the same few scopes, so that nothing is allocated, looked up or locked.
/// </summary>
internal sealed partial class NoAccounting : AccountingEngine
{
    private readonly ConnectionScope[] _connections;
    private readonly StreamScope[] _streams;
    private readonly WideScope _group;
    private readonly PeerScope _peer;
    private readonly SpanScope[] _spans;

    public NoAccounting()
        : base(ResourceManagerLimits.Infinite)
    {
        ResourceLimits limits = ResourceLimits.AllowAll;
        _group = new WideScope(this, limits, ScopeKind.Service, System, "none");
        _peer = new PeerScope(this, limits, new PeerKey("none"), System);
        _spans = [new SpanScope(_peer, 0)];
        _connections = [Connection(Direction.Inbound), Connection(Direction.Outbound)];
        _streams = [Stream(Direction.Inbound), Stream(Direction.Outbound)];
    }

    public override long Faults => 0;

    public override ConnectionScope TryOpenConnection(
        Direction direction, bool usesFileDescriptor, IPAddress? remoteAddress, out Refusal refusal)
    {
        refusal = default;
        return _connections[(int)direction];
    }

    public override bool TrySetPeer(ConnectionScope connection, PeerKey peer, out Refusal refusal) => Allow(out refusal);

    public override StreamScope TryOpenStream(PeerKey peer, Direction direction, out Refusal refusal)
    {
        refusal = default;
        return _streams[(int)direction];
    }

    public override bool TrySetProtocol(StreamScope stream, string protocol, out Refusal refusal) => Allow(out refusal);

    public override bool TrySetService(StreamScope stream, string service, out Refusal refusal) => Allow(out refusal);

    public override bool TryReserveMemory(ResourceScope scope, long size, byte priority, out Refusal refusal) => Allow(out refusal);

    public override bool ReleaseMemory(ResourceScope scope, long size) => true;

    public override SpanScope TryBeginSpan(ResourceScope owner, out Refusal refusal)
    {
        refusal = default;
        return _spans[0];
    }

    public override void Close(ConnectionScope connection)
    {
    }

    public override void Close(StreamScope stream)
    {
    }

    public override void Close(SpanScope span)
    {
    }

    public override ScopeView ViewPeer(PeerKey peer) => new(_peer);

    public override ScopeView ViewGroup(ScopeKind kind, string name) => new(_group);

    public override void EndView(SharedScope scope)
    {
    }

    public override ScopeUsage ReadUsage(ResourceScope scope) => default;

    public override void SetLimits(ResourceScope scope, ResourceLimits limits)
    {
    }

    public override ResourceManagerSnapshot TakeSnapshot() => new([]);

    public override IReadOnlyList<ScopeReport> ReadWideScopes() => [];

    public override void ReadPeers(PeerDistribution distribution)
    {
    }

    private static bool Allow(out Refusal refusal)
    {
        refusal = default;
        return true;
    }

    // With its peer known from the start, so that a host has nothing to set.
    private ConnectionScope Connection(Direction direction) =>
        new(this, 0, direction, usesFileDescriptor: false, remoteAddress: null, isAllowlisted: false) { Peer = _peer };

    private StreamScope Stream(Direction direction) => new(this, 0, direction, _peer);
}
