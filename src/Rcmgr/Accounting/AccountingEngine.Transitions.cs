namespace Rcmgr;

/// <content>Giving a stream its protocol and its service (specification §3.4, §3.5).</content>
internal sealed partial class AccountingEngine<TWide>
{
    public override bool TrySetProtocol(StreamScope stream, string protocol, out Refusal refusal) =>
        TryAttach(stream, isService: false, protocol, out refusal);

    public override bool TrySetService(StreamScope stream, string service, out Refusal refusal) =>
        TryAttach(stream, isService: true, service, out refusal);

    private bool TryAttach(StreamScope stream, bool isService, string name, out Refusal refusal)
    {
        bool done;
        WideScope? unsettled;
        do
        {
            using (stream.Shard.Gate.EnterScope())
                done = TryAttach(stream, isService, name, out refusal, out unsettled);
            if (unsettled is not null)
                TWide.Settle(unsettled, _shards);
        }
        while (unsettled is not null);

        if (!done)
            Refusals.Count(refusal);
        else if (!isService)
            CapacityListener?.CapacityReleased(null);
        return done;
    }

    private bool TryAttach(StreamScope stream, bool isService, string name, out Refusal refusal, out WideScope? unsettled)
    {
        unsettled = null;
        if (stream.IsClosed)
        {
            refusal = Refusal.OfClosed(stream);
            return false;
        }

        if (isService ? stream.ServicePeer is not null || stream.ProtocolPeer is null : stream.ProtocolPeer is not null)
        {
            refusal = Refusal.OfState(stream);
            return false;
        }

        Shard shard = stream.Shard;
        PeerSubScope? sub = stream.Peer.SubScopes.Find(isService, name);
        ShardAccount? account = sub?.Account ?? FindAccount(shard, isService, name);
        if (account is null || !TryAttachHere(shard, stream, account, sub))
            return TryAttachShared(shard, stream, isService, name, account, sub, out refusal, out unsettled);
        refusal = default;
        return true;
    }

    /// <summary>Does all of it with what the shard has at hand, or nothing.</summary>
    private bool TryAttachHere(Shard shard, StreamScope stream, ShardAccount account, PeerSubScope? sub)
    {
        (ulong unit, long memory) = (stream.Unit, stream.Memory);
        ResourceLimits limits = sub?.CurrentLimits ?? ShareLimits(account.IsService, account.Name);
        if (!LimitCheck.AllowsMemory(limits, sub?.Memory ?? 0, memory, MemoryPriority.Always)
            || !LimitCheck.AllowsStream(limits, sub?.StreamsInbound ?? 0, sub?.StreamsOutbound ?? 0, stream.Direction)
            || limits.Connections < 0
            || !TWide.CanTake(account, unit, memory, ChargeParts.Transfer)
            || (!account.IsService && !TWide.CanGive(shard.Transient, unit, memory)))
        {
            return false;
        }

        TWide.Take(account, unit, memory);
        if (!account.IsService)
            TWide.Give(shard.Transient, unit, memory);
        Join(stream, account, sub);
        return true;
    }

    /// <summary>Charges all that a stream holds to a protocol or service and to this peer's share of it, under the shared gate.</summary>
    private bool TryAttachShared(
        Shard shard,
        StreamScope stream,
        bool isService,
        string name,
        ShardAccount? account,
        PeerSubScope? sub,
        out Refusal refusal,
        out WideScope? unsettled)
    {
        using (_shared.EnterScope())
        {
            if (account is null && Groups(isService).TryGetValue(name, out WideScope? group))
                account = AddAccount(shard, group);

            // The share is checked before anything is committed. If both refuse, the group is the one to be named.
            bool shareAllows = AllowsShare(stream, isService, name, sub, out Refusal shareRefusal);
            if (TryChargeGroup(shard, stream, isService, name, ref account, commits: shareAllows, out refusal, out unsettled)
                && shareAllows)
            {
                if (!isService)
                    Return(shard.Transient, stream.Unit, stream.Memory);
                Join(stream, account!, sub);
                return true;
            }

            // A limit that somebody set is named before a counter that would wrap.
            if (!shareAllows && (refusal.Reason == RefusalReason.None || (refusal.IsWrap && !shareRefusal.IsWrap)))
                refusal = shareRefusal;
            if (account is { Pins: 0 })
                CloseAccount(account);
            return false;
        }
    }

    private bool AllowsShare(StreamScope stream, bool isService, string name, PeerSubScope? sub, out Refusal refusal)
    {
        ResourceLimits limits = sub?.CurrentLimits ?? ShareLimits(isService, name);
        if (LimitCheck.Allows(limits, sub?.Held ?? default, stream.Held, ChargeParts.Transfer, out Violation violation))
        {
            refusal = default;
            return true;
        }

        refusal = Refusal.OfLimit(isService ? ScopeKind.ServicePeer : ScopeKind.ProtocolPeer, name, stream.Peer.Key, violation);
        return false;
    }

    /// <summary>Charges a stream to its protocol or service, which is made if it has room. Without committing, only asks.</summary>
    private bool TryChargeGroup(
        Shard shard,
        StreamScope stream,
        bool isService,
        string name,
        ref ShardAccount? account,
        bool commits,
        out Refusal refusal,
        out WideScope? unsettled)
    {
        refusal = default;
        unsettled = null;
        if (account is null)
        {
            // A name that nothing uses yet: ask its limits, so that a refusal makes no scope.
            if (!LimitCheck.Allows(GroupLimits(isService, name), default, stream.Held, ChargeParts.Transfer, out Violation unused))
            {
                refusal = Refusal.OfLimit(isService ? ScopeKind.Service : ScopeKind.Protocol, name, null, unused);
                return false;
            }

            if (!commits)
                return true;
            account = AddAccount(shard, AddGroup(isService, name));
        }

        if (!TWide.TryCharge(account, stream.Unit, stream.Memory, ChargeParts.Transfer, out Violation violation))
            return Refuse(account.Scope, violation, out refusal, out unsettled);
        if (!commits)
            Return(account, stream.Unit, stream.Memory);
        return true;
    }

    private void Join(StreamScope stream, ShardAccount account, PeerSubScope? found)
    {
        PeerSubScope sub = UseSubScope(stream.Peer, account, found);
        sub.Memory += stream.Memory;
        CountStream(ref sub.StreamsInbound, ref sub.StreamsOutbound, stream.Direction, 1);
        sub.References++;
        if (account.IsService)
            stream.ServicePeer = sub;
        else
            stream.ProtocolPeer = sub;
    }
}
