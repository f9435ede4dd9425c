namespace Rcmgr;

/// <content>
/// Spans, and giving memory back (specification §1.3, §2.4). A caller may release memory on a peer's or a wide scope that
/// others have reserved below it; when those give back what is no longer there, the wide scopes above must not fall below what
/// is in use. Parked credit cannot see that, so such a release makes these scopes strict for good first.
/// </content>
internal sealed partial class AccountingEngine<TWide>
{
    public override SpanScope? TryBeginSpan(ResourceScope owner, out Refusal refusal)
    {
        if (owner is SharedScope shared ? TryAddReference(shared) : !Volatile.Read(ref owner.IsClosed))
        {
            refusal = default;
            ResourceLimits? limits = owner is SharedScope { HasOwnLimits: false } ? null : owner.GivenLimits;
            SpanScope span = new(owner, limits, Interlocked.Increment(ref owner.SpansBegun));
            LeafObserver?.Opened(span);
            return span;
        }

        refusal = Refusal.OfClosed(owner);
        Refusals.Count(refusal);
        return null;
    }

    public override void Close(SpanScope span)
    {
        if (span.Owner is StreamScope stream)
            CloseOnStream(stream, span);
        else
            CloseElsewhere(span);
        LeafObserver?.Closed(span);
    }

    public override bool ReleaseMemory(ResourceScope scope, long size)
    {
        if (scope is StreamScope stream)
            return ReleaseOnStream(stream, size);
        if (scope is WideScope wide)
            return ReleaseOnWide(wide, size);
        ResourceScope root = RootOf(scope);
        Shard shard = EnterToRelease(scope, root, size);
        try
        {
            if (scope.IsClosed)
                return true;
            long amount = Math.Min(size, scope.Memory);
            ReleaseUpwards(shard, scope, amount);
            if (amount == size)
                return true;
            CountFault();
            return false;
        }
        finally
        {
            shard.Gate.Exit();
            CapacityListener?.CapacityReleased(PeerOf(root));
        }
    }

    private void CloseElsewhere(SpanScope span)
    {
        ResourceScope root = RootOf(span);
        Shard shard = EnterToRelease(span, root, long.MaxValue);
        try
        {
            if (!span.IsClosed)
            {
                ReleaseUpwards(shard, span, span.Memory);
                span.IsClosed = true;
                if (span.Owner is SharedScope shared)
                    DropReference(shared);
            }
        }
        finally
        {
            shard.Gate.Exit();
        }

        CapacityListener?.CapacityReleased(PeerOf(root));
    }

    private static PeerKey? PeerOf(ResourceScope root) => root switch
    {
        StreamScope stream => stream.Peer.Key,
        ConnectionScope connection => connection.Peer?.Key,
        PeerScope peer => peer.Key,
        _ => null,
    };

    /// <summary>Keeps a shared scope in being, if it is.</summary>
    private bool TryAddReference(SharedScope scope)
    {
        if (scope is WideScope wide)
            return wide.IsRoot || TryAddReference(wide);
        using (scope.Shard.Gate.EnterScope())
        {
            if (!scope.IsClosed)
                scope.References++;
            return !scope.IsClosed;
        }
    }

    private bool TryAddReference(WideScope group)
    {
        Shard home = group.Shard;
        using (home.Gate.EnterScope())
        {
            if (group.Accounts[home.Index] is { References: > 0 } account)
            {
                AddReference(account);
                return true;
            }
        }

        Shard.EnterAll(_shards);
        try
        {
            bool isInUse = IsInUse(group);
            if (isInUse)
                AddReference(AccountOf(home, group));
            return isInUse;
        }
        finally
        {
            Shard.ExitAll(_shards);
        }
    }

    /// <summary>Enters the gate of the scope's shard; scopes that the release may take below what is in use are strict then.</summary>
    private Shard EnterToRelease(ResourceScope scope, ResourceScope root, long size)
    {
        while (true)
        {
            Shard shard = EnterShardOf(root);
            if (!TakesFromOthers(scope, root, size))
                return shard;
            shard.Gate.Exit();
            Shard.EnterAll(_shards);
            PinForRelease(root as WideScope ?? System);
            Shard.ExitAll(_shards);
        }
    }

    /// <summary>With the gates of all shards.</summary>
    private static void PinForRelease(WideScope scope)
    {
        PinStrict(scope);
        if (scope.Parent is not null)
            PinStrict(scope.Parent);
    }

    private bool TakesFromOthers(ResourceScope scope, ResourceScope root, long size)
    {
        (long direct, bool isPinned) = root switch
        {
            PeerScope peer => (peer.DirectMemory, System.IsPinnedStrict),
            WideScope wide => (wide.DirectMemory, wide.IsPinnedStrict && (wide.Parent ?? wide).IsPinnedStrict),
            _ => (0, true),
        };
        if (isPinned)
            return false;
        for (ResourceScope level = scope; !level.IsClosed; level = ((SpanScope)level).Owner)
        {
            if (level is not WideScope)
                size = Math.Min(size, level.Memory);
            if (ReferenceEquals(level, root))
                return size > direct;
        }

        return false;
    }

    /// <summary>
    /// Gives back memory from a scope to the top. What a level never had is not taken from the levels above it, which hold
    /// other scopes' shares as well. A closed owner has given back everything already.
    /// </summary>
    private void ReleaseUpwards(Shard shard, ResourceScope scope, long amount)
    {
        for (ResourceScope level = scope; !level.IsClosed; level = ((SpanScope)level).Owner)
        {
            if (level is WideScope wide)
            {
                ReleaseDirect(shard, wide, AtMostHeld(wide, amount));
                return;
            }

            amount = Math.Min(amount, level.Memory);
            level.Memory -= amount;
            if (level is SpanScope)
                continue;
            ReleaseAbove(ChargePath.Of(shard, level), amount);
            if (level is not PeerScope peer)
                return;
            peer.DirectMemory -= Math.Min(amount, peer.DirectMemory);
            CloseIfUnused(peer);
            return;
        }
    }

    /// <summary>What of an amount the scope holds; only of a pinned scope something may be missing.</summary>
    private long AtMostHeld(WideScope wide, long amount)
    {
        if (!wide.IsPinnedStrict)
            return amount;
        using (_shared.EnterScope())
        {
            if (amount <= wide.Granted.Memory)
                return amount;
            CountFault();
            return wide.Granted.Memory;
        }
    }

    private void ReleaseAbove(in ChargePath path, long amount)
    {
        if (path.Peer is not null)
            ReturnMemory(ref path.Peer.Memory, amount);
        if (path.ProtocolPeer is not null)
            ReturnMemory(ref path.ProtocolPeer.Memory, amount);
        if (path.ServicePeer is not null)
            ReturnMemory(ref path.ServicePeer.Memory, amount);
        GiveBack(path.First, path.Middle, path.Last, 0, amount);
    }

    private bool ReleaseOnWide(WideScope wide, long size)
    {
        Shard home = wide.Shard;
        using (home.Gate.EnterScope())
        {
            if (size <= wide.DirectMemory)
            {
                ReleaseDirect(home, wide, size);
                size = 0;
            }
        }

        bool isWhole = size == 0 || ReleaseOthersOnWide(wide, size);
        CapacityListener?.CapacityReleased(null);
        return isWhole;
    }

    /// <summary>Releases more than was reserved on the scope itself: never more than it holds, which takes all shards to know.</summary>
    private bool ReleaseOthersOnWide(WideScope wide, long size)
    {
        Shard.EnterAll(_shards);
        try
        {
            if (!IsInUse(wide))
                return true;
            long amount = Math.Min(size, TWide.Read(wide).Memory);
            if (amount > wide.DirectMemory)
                PinForRelease(wide);

            ReleaseDirect(wide.Shard, wide, amount);
            if (amount == size)
                return true;
            CountFault();
            return false;
        }
        finally
        {
            Shard.ExitAll(_shards);
        }
    }

    private void ReleaseDirect(Shard home, WideScope wide, long amount)
    {
        wide.DirectMemory -= Math.Min(amount, wide.DirectMemory);
        if (wide.IsRoot)
        {
            ReleaseAbove(ChargePath.Of(home, wide), amount);
            return;
        }

        ShardAccount account = AccountOf(home, wide);
        ReleaseAbove(ChargePath.Of(home, wide), amount);
        CloseIfUnpinned(account);
    }
}
