using System.Runtime.CompilerServices;

namespace Rcmgr;

/// <content>Streams: opening them and closing them (specification §3.3, §2.4).</content>
internal sealed partial class AccountingEngine<TWide>
{
    public override StreamScope? TryOpenStream(PeerKey peer, Direction direction, out Refusal refusal)
    {
        Shard shard = ShardOf(peer);
        PeerScope? scope;
        long id;
        WideScope? unsettled;
        do
        {
            using (shard.Gate.EnterScope())
            {
                scope = TryChargeStream(shard, peer, direction, out id, out refusal, out unsettled);
                if (scope is null && unsettled is null)
                    Refusals.Count(shard, refusal);
            }

            if (unsettled is not null)
                TWide.Settle(unsettled, _shards);
        }
        while (unsettled is not null);

        if (scope is null)
            return null;

        StreamScope stream;
        try
        {
            stream = new(id, direction, scope);
        }
        catch (OutOfMemoryException)
        {
            using (shard.Gate.EnterScope())
            {
                CountStream(ref scope.StreamsInbound, ref scope.StreamsOutbound, direction, -1);
                GiveBack(shard.Transient, null, shard.System, PackedCounts.OfStream(direction), 0);
                DropReference(scope);
            }

            throw;
        }

        LeafObserver?.Opened(stream);
        return stream;
    }

    public override void Close(StreamScope stream)
    {
        using (stream.Shard.Gate.EnterScope())
        {
            if (!stream.IsClosed)
                CloseStream(stream.Shard, stream);
        }

        CapacityListener?.CapacityReleased(stream.Peer.Key);
        LeafObserver?.Closed(stream);
    }

    private static void CountStream(ref int inbound, ref int outbound, Direction direction, int change)
    {
        if (direction == Direction.Inbound)
            inbound += change;
        else
            outbound += change;
    }

    // By itself, so that the refusal is written where it stays, part by part: copied, it would have to wait for its parts.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void RefuseStream(
        ScopeKind kind, PeerKey? key, ResourceLimits limits, int inbound, int outbound, Direction direction, out Refusal refusal) =>
        refusal = Refusal.OfLimit(kind, key, null, LimitCheck.StreamViolation(limits, inbound, outbound, direction));

    private PeerScope? TryChargeStream(
        Shard shard, PeerKey key, Direction direction, out long id, out Refusal refusal, out WideScope? unsettled)
    {
        id = 0;
        unsettled = null;
        ulong unit = PackedCounts.OfStream(direction);
        if (!LimitCheck.AllowsStream(ConfiguredLimits.Stream, 0, 0, direction))
        {
            RefuseStream(ScopeKind.Stream, null, ConfiguredLimits.Stream, 0, 0, direction, out refusal);
            return null;
        }

        // The peer is asked first but made last, so that a refused stream of a new peer leaves nothing behind.
        PeerScope? found = shard.Peers.Find(key);
        ResourceLimits limits = found?.CurrentLimits ?? PeerLimits(shard, key);
        (int inbound, int outbound) = found is null ? (0, 0) : (found.StreamsInbound, found.StreamsOutbound);
        if (!LimitCheck.AllowsStream(limits, inbound, outbound, direction))
        {
            RefuseStream(ScopeKind.Peer, key, limits, inbound, outbound, direction, out refusal);
            return null;
        }

        if (!TryChargeBoth(shard.Transient, shard.System, unit, ChargeParts.Streams, out refusal, out unsettled))
            return null;

        PeerScope peer = UsePeer(shard, key, found);
        CountStream(ref peer.StreamsInbound, ref peer.StreamsOutbound, direction, 1);
        peer.References++;
        id = shard.StreamIds.Next(ref _lastStreamId);
        return peer;
    }

    private void CloseStream(Shard shard, StreamScope stream)
    {
        long memory = stream.Memory;
        ChargePath path = ChargePath.Of(shard, stream);
        GiveBack(path.First, path.Middle, path.Last, stream.Unit, memory);
        stream.IsClosed = true;
        stream.Memory = 0;

        PeerScope peer = stream.Peer;
        ReturnMemory(ref peer.Memory, memory);
        CountStream(ref peer.StreamsInbound, ref peer.StreamsOutbound, stream.Direction, -1);
        if (stream.ServicePeer is { } servicePeer)
            Leave(servicePeer, stream.Direction, memory);
        if (stream.ProtocolPeer is { } protocolPeer)
            Leave(protocolPeer, stream.Direction, memory);
        DropReference(peer);
    }

    private void Leave(PeerSubScope sub, Direction direction, long memory)
    {
        ReturnMemory(ref sub.Memory, memory);
        CountStream(ref sub.StreamsInbound, ref sub.StreamsOutbound, direction, -1);
        DropReference(sub);
    }

    /// <summary>Takes memory away from a scope of one peer, never below zero: somebody may have released what was not his.</summary>
    private void ReturnMemory(ref long held, long size)
    {
        if (size > held)
        {
            size = held;
            CountFault();
        }

        held -= size;
    }
}
