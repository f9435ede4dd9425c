namespace Rcmgr;

/// <content>Reserving memory (specification §2.2).</content>
internal sealed partial class AccountingEngine<TWide>
{
    public override bool TryReserveMemory(ResourceScope scope, long size, byte priority, out Refusal refusal)
    {
        if (scope is StreamScope stream && TryReserveOnStream(stream, null, size, priority))
        {
            refusal = default;
            return true;
        }

        if (scope is SpanScope { Owner: StreamScope owner } span && TryReserveOnStream(owner, span, size, priority))
        {
            refusal = default;
            return true;
        }

        return TryReserveOrRefuse(scope, RootOf(scope), size, priority, out refusal);
    }

    private bool TryReserveOrRefuse(ResourceScope scope, ResourceScope root, long size, byte priority, out Refusal refusal)
    {
        bool done;
        WideScope? unsettled;
        do
        {
            done = root is WideScope wide
                ? TryReserveOnWide(scope, wide, size, priority, out refusal, out unsettled)
                : TryReserveOnLocal(scope, root, size, priority, out refusal, out unsettled);
            if (unsettled is not null)
                TWide.Settle(unsettled, _shards);
        }
        while (unsettled is not null);

        if (done)
            return true;
        if (refusal.IsWrap)
            PreferRealLimit(scope, size, priority, ref refusal);
        Refusals.Count(refusal);
        return false;
    }

    private bool TryReserveOnLocal(
        ResourceScope scope, ResourceScope root, long size, byte priority, out Refusal refusal, out WideScope? unsettled)
    {
        Shard shard = EnterShardOf(root);
        try
        {
            return TryReserve(scope, root, ChargePath.Of(shard, root), size, priority, out refusal, out unsettled);
        }
        finally
        {
            shard.Gate.Exit();
        }
    }

    /// <summary>A wide scope is reserved on in its own shard. If that shard does not use it, others may: then all are asked.</summary>
    private bool TryReserveOnWide(
        ResourceScope scope, WideScope wide, long size, byte priority, out Refusal refusal, out WideScope? unsettled)
    {
        Shard home = wide.Shard;
        using (home.Gate.EnterScope())
        {
            if (wide.IsRoot || wide.Accounts[home.Index] is { References: > 0 })
                return TryReserve(scope, wide, ChargePath.Of(home, wide), size, priority, out refusal, out unsettled);
        }

        Shard.EnterAll(_shards);
        try
        {
            if (!IsInUse(wide))
            {
                unsettled = null;
                return RefuseUnused(scope, size, priority, out refusal);
            }

            ShardAccount account = AccountOf(home, wide);
            bool done = TryReserve(scope, wide, ChargePath.Of(home, wide), size, priority, out refusal, out unsettled);
            CloseIfUnpinned(account);
            return done;
        }
        finally
        {
            Shard.ExitAll(_shards);
        }
    }

    /// <summary>Refuses for the first span that does, or else for the wide scope at the top: nothing uses it, so it is closed.</summary>
    private static bool RefuseUnused(ResourceScope scope, long size, byte priority, out Refusal refusal)
    {
        refusal = default;
        while (scope is SpanScope span)
        {
            if (!AllowsHere(span, size, priority, out refusal))
                return false;
            scope = span.Owner;
        }

        refusal = Refusal.OfClosed(scope);
        return false;
    }

    private ShardAccount AccountOf(Shard shard, WideScope wide)
    {
        if (wide.Accounts[shard.Index] is { } account)
            return account;
        using (_shared.EnterScope())
            return AddAccount(shard, wide);
    }

    /// <summary>Checks from the scope to the top, then charges all of them.</summary>
    private bool TryReserve(
        ResourceScope scope, ResourceScope root, in ChargePath path, long size, byte priority, out Refusal refusal, out WideScope? unsettled)
    {
        unsettled = null;
        ResourceScope level = scope;
        while (AllowsHere(level, size, priority, out refusal))
        {
            if (!ReferenceEquals(level, root))
            {
                level = ((SpanScope)level).Owner;
                continue;
            }

            if ((path.Peer is { } peer && !AllowsLocal(peer, size, priority, out refusal))
                || (path.ProtocolPeer is { } protocolPeer && !AllowsLocal(protocolPeer, size, priority, out refusal))
                || (path.ServicePeer is { } servicePeer && !AllowsLocal(servicePeer, size, priority, out refusal))
                || !TryReserveWide(path, size, priority, out refusal, out unsettled))
            {
                return false;
            }

            Commit(scope, root, path, size);
            return true;
        }

        return false;
    }

    /// <summary>Asks one scope on the way from a span to the scope that it was begun on. Nothing is committed yet.</summary>
    private static bool AllowsHere(ResourceScope scope, long size, byte priority, out Refusal refusal)
    {
        refusal = default;
        if (scope.IsClosed)
        {
            refusal = Refusal.OfClosed(scope);
            return false;
        }

        return scope is WideScope || AllowsLocal(scope, size, priority, out refusal);
    }

    private static bool AllowsLocal(ResourceScope scope, long size, byte priority, out Refusal refusal)
    {
        ResourceLimits limits = scope.CurrentLimits;
        if (LimitCheck.AllowsMemory(limits, scope.Memory, size, priority))
        {
            refusal = default;
            return true;
        }

        refusal = Refusal.OfLimit(scope, LimitCheck.MemoryViolation(limits, scope.Memory, size, priority));
        return false;
    }

    private bool TryReserveWide(in ChargePath path, long size, byte priority, out Refusal refusal, out WideScope? unsettled)
    {
        refusal = default;
        unsettled = null;
        return TryTakeMemory(path.First, path.Middle, path.Last, size, priority)
            || TryReserveShared(path, size, priority, out refusal, out unsettled);
    }

    private bool TryReserveShared(in ChargePath path, long size, byte priority, out Refusal refusal, out WideScope? unsettled)
    {
        using (_shared.EnterScope())
        {
            if (!TryReserveIn(path.First, size, priority, out refusal, out unsettled))
                return false;
            if (!TryReserveIn(path.Middle, size, priority, out refusal, out unsettled))
            {
                Return(path.First, 0, size);
                return false;
            }

            if (TryReserveIn(path.Last, size, priority, out refusal, out unsettled))
                return true;
            Return(path.First, 0, size);
            Return(path.Middle, 0, size);
            return false;
        }
    }

    private static bool TryReserveIn(ShardAccount? account, long size, byte priority, out Refusal refusal, out WideScope? unsettled)
    {
        refusal = default;
        unsettled = null;
        return account is null
            || TWide.TryChargeMemory(account, size, priority, out Violation violation)
            || Refuse(account.Scope, violation, out refusal, out unsettled);
    }

    private static void Commit(ResourceScope scope, ResourceScope root, in ChargePath path, long size)
    {
        if (path.Peer is not null)
            path.Peer.Memory += size;
        if (path.ProtocolPeer is not null)
            path.ProtocolPeer.Memory += size;
        if (path.ServicePeer is not null)
            path.ServicePeer.Memory += size;
        while (scope is SpanScope span)
        {
            span.Memory += size;
            scope = span.Owner;
        }

        if (root is WideScope wide)
        {
            wide.DirectMemory += size;
            return;
        }

        root.Memory += size;
        if (root is PeerScope peer)
            peer.DirectMemory += size;
    }

    /// <summary>
    /// An unlimited scope refused because its counter would have left 63 bits. If a scope above it refuses for a limit that
    /// somebody set, or is closed, that is the one to be named.
    /// </summary>
    private void PreferRealLimit(ResourceScope scope, long size, byte priority, ref Refusal refusal)
    {
        Shard.EnterAll(_shards);
        try
        {
            ResourceScope root = scope;
            while (root is SpanScope span && !root.IsClosed)
            {
                if (Breaks(root, size, priority, ref refusal))
                    return;
                root = span.Owner;
            }

            if (root.IsClosed || (root is WideScope wide && wide.Accounts[wide.Shard.Index] is null))
            {
                refusal = Refusal.OfClosed(root);
                return;
            }

            ChargePath above = ChargePath.Of(root.Shard, root);
            ReadOnlySpan<ResourceScope?> path =
                [root, above.Peer, above.ProtocolPeer, above.ServicePeer, above.First?.Scope, above.Middle?.Scope, above.Last?.Scope];
            foreach (ResourceScope? level in path)
            {
                if (level is not null && Breaks(level, size, priority, ref refusal))
                    return;
            }
        }
        finally
        {
            Shard.ExitAll(_shards);
        }
    }

    private static bool Breaks(ResourceScope scope, long size, byte priority, ref Refusal refusal)
    {
        ResourceLimits limits = scope.CurrentLimits;
        long current = Read(scope).Memory;
        if (limits.Memory == ResourceLimits.Unlimited || LimitCheck.AllowsMemory(limits, current, size, priority))
            return false;
        refusal = Refusal.OfLimit(scope, LimitCheck.MemoryViolation(limits, current, size, priority));
        return true;
    }
}
