using System.Runtime.CompilerServices;

namespace Rcmgr;

/// <content>
/// Memory on streams and on spans begun on them, which hosts reserve and release for every piece of data. The same rules as
/// elsewhere, written out for this one path of scopes, without anything that only a refusal needs: who is refused here asks
/// again in the general way.
/// </content>
internal sealed partial class AccountingEngine<TWide>
{
    private bool TryReserveOnStream(StreamScope stream, SpanScope? span, long size, byte priority)
    {
        Shard shard = stream.Shard;
        using (shard.Gate.EnterScope())
        {
            PeerScope peer = stream.Peer;
            PeerSubScope? protocolPeer = stream.ProtocolPeer;
            PeerSubScope? servicePeer = stream.ServicePeer;
            if ((span is not null && (span.IsClosed || !HasRoom(span, size, priority)))
                || stream.IsClosed
                || !LimitCheck.AllowsMemory(stream.GivenLimits ?? ConfiguredLimits.Stream, stream.Memory, size, priority)
                || !HasRoom(peer, size, priority)
                || (protocolPeer is not null && !HasRoom(protocolPeer, size, priority))
                || (servicePeer is not null && !HasRoom(servicePeer, size, priority)))
            {
                return false;
            }

            ShardAccount first = protocolPeer is null ? shard.Transient : protocolPeer.Account;
            if (!TryTakeMemory(first, servicePeer?.Account, shard.System, size, priority)
                && !TryChargeMemoryShared(first, servicePeer?.Account, shard.System, size, priority))
            {
                return false;
            }

            if (span is not null)
                span.Memory += size;
            stream.Memory += size;
            peer.Memory += size;
            if (protocolPeer is not null)
                protocolPeer.Memory += size;
            if (servicePeer is not null)
                servicePeer.Memory += size;
            return true;
        }
    }

    private bool ReleaseOnStream(StreamScope stream, long size)
    {
        Shard shard = stream.Shard;
        long amount;
        using (shard.Gate.EnterScope())
        {
            if (stream.IsClosed)
                return true;
            amount = Math.Min(size, stream.Memory);
            ReleaseFromStream(shard, stream, amount);
        }

        CapacityListener?.CapacityReleased(stream.Peer.Key);
        if (amount == size)
            return true;
        CountFault();
        return false;
    }

    private void CloseOnStream(StreamScope stream, SpanScope span)
    {
        Shard shard = stream.Shard;
        using (shard.Gate.EnterScope())
        {
            if (span.IsClosed)
                return;
            span.IsClosed = true;
            long amount = Math.Min(span.Memory, stream.Memory);
            span.Memory = 0;
            if (!stream.IsClosed)
                ReleaseFromStream(shard, stream, amount);
        }

        CapacityListener?.CapacityReleased(stream.Peer.Key);
    }

    private void ReleaseFromStream(Shard shard, StreamScope stream, long amount)
    {
        PeerSubScope? protocolPeer = stream.ProtocolPeer;
        PeerSubScope? servicePeer = stream.ServicePeer;
        stream.Memory -= amount;
        ReturnMemory(ref stream.Peer.Memory, amount);
        if (protocolPeer is not null)
            ReturnMemory(ref protocolPeer.Memory, amount);
        if (servicePeer is not null)
            ReturnMemory(ref servicePeer.Memory, amount);
        GiveBack(protocolPeer is null ? shard.Transient : protocolPeer.Account, servicePeer?.Account, shard.System, 0, amount);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool HasRoom(ResourceScope scope, long size, byte priority) =>
        LimitCheck.AllowsMemory(scope.CurrentLimits, scope.Memory, size, priority);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool TryTakeMemory(ShardAccount? first, ShardAccount? middle, ShardAccount? last, long size, byte priority)
    {
        if ((first is not null && !TWide.CanTakeMemory(first, size, priority))
            || (middle is not null && !TWide.CanTakeMemory(middle, size, priority))
            || (last is not null && !TWide.CanTakeMemory(last, size, priority)))
        {
            return false;
        }

        if (first is not null)
            TWide.Take(first, 0, size);
        if (middle is not null)
            TWide.Take(middle, 0, size);
        if (last is not null)
            TWide.Take(last, 0, size);
        return true;
    }

    private bool TryChargeMemoryShared(ShardAccount first, ShardAccount? middle, ShardAccount last, long size, byte priority)
    {
        using (_shared.EnterScope())
        {
            if (!TWide.TryChargeMemory(first, size, priority, out _))
                return false;
            if (middle is null || TWide.TryChargeMemory(middle, size, priority, out _))
            {
                if (TWide.TryChargeMemory(last, size, priority, out _))
                    return true;
                Return(middle, 0, size);
            }

            Return(first, 0, size);
            return false;
        }
    }
}
