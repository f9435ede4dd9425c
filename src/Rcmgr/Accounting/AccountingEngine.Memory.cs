namespace Rcmgr;

/// <content>Memory and spans (specification §1.3, §2.2, §2.4).</content>
internal sealed partial class AccountingEngine<TWide>
{
    public override bool TryReserveMemory(ResourceScope scope, long size, byte priority, out Refusal refusal)
    {
        bool done;
        using (_gate.EnterScope())
        {
            done = TryReserve(scope, size, priority, out refusal);
            if (!done && refusal.IsWrap)
                PreferRealLimit(scope, size, priority, ref refusal);
        }

        if (!done)
            Refusals.Count(refusal);
        return done;
    }

    public override bool ReleaseMemory(ResourceScope scope, long size)
    {
        using (_gate.EnterScope())
        {
            if (scope.IsClosed)
                return true;
            if (scope is WideScope wide)
                return Release(wide, size);

            long amount = Math.Min(size, scope.Held.Memory);
            ReleaseUpwards(scope, amount);
            if (amount < size)
                _faults++;
            return amount == size;
        }
    }

    public override SpanScope? TryBeginSpan(ResourceScope owner, out Refusal refusal)
    {
        using (_gate.EnterScope())
        {
            if (!owner.IsClosed)
            {
                refusal = default;
                SpanScope span = new(owner, owner.SpansBegun + 1) { OwnLimits = owner.OwnLimits };
                owner.SpansBegun++;
                if (owner is SharedScope shared)
                    shared.References++;
                return span;
            }

            refusal = Refusal.OfClosed(owner);
        }

        Refusals.Count(refusal);
        return null;
    }

    public override void Close(SpanScope span)
    {
        using (_gate.EnterScope())
        {
            if (span.IsClosed)
                return;
            ReleaseUpwards(span, span.Held.Memory);
            span.IsClosed = true;
            if (span.Owner is SharedScope shared)
                DropReference(shared);
        }
    }

    private static bool TryReserve(ResourceScope scope, long size, byte priority, out Refusal refusal)
    {
        ResourceScope root = scope;
        while (AllowsHere(root, size, priority, out refusal))
        {
            if (root is not SpanScope span)
                return TryReserveAbove(scope, root, size, priority, out refusal);
            root = span.Owner;
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
        if (LimitCheck.AllowsMemory(scope.CurrentLimits, scope.Held.Memory, size, priority))
        {
            refusal = default;
            return true;
        }

        refusal = Refusal.OfLimit(scope, LimitCheck.MemoryViolation(scope.CurrentLimits, scope.Held.Memory, size, priority));
        return false;
    }

    private static bool TryReserveAbove(ResourceScope scope, ResourceScope root, long size, byte priority, out Refusal refusal)
    {
        Ancestors ancestors = root.Ancestors;
        if ((ancestors.Peer is { } peer && !AllowsLocal(peer, size, priority, out refusal))
            || (ancestors.ProtocolPeer is { } protocolPeer && !AllowsLocal(protocolPeer, size, priority, out refusal))
            || (ancestors.ServicePeer is { } servicePeer && !AllowsLocal(servicePeer, size, priority, out refusal))
            || !TryReserveWide(ancestors, size, priority, out refusal))
        {
            return false;
        }

        Reserve(ancestors.Peer, size);
        Reserve(ancestors.ProtocolPeer, size);
        Reserve(ancestors.ServicePeer, size);
        for (ResourceScope? charged = scope; charged is not null and not WideScope; charged = (charged as SpanScope)?.Owner)
            charged.Held.Memory += size;
        return true;
    }

    /// <summary>
    /// An unlimited scope refused because its counter would have left 63 bits. If a scope above it refuses for a limit that
    /// somebody set, or is closed, that is the one to be named.
    /// </summary>
    private static void PreferRealLimit(ResourceScope scope, long size, byte priority, ref Refusal refusal)
    {
        ResourceScope root = scope;
        while (root is SpanScope span && !root.IsClosed)
        {
            if (Breaks(root, size, priority, ref refusal))
                return;
            root = span.Owner;
        }

        if (root.IsClosed)
        {
            refusal = Refusal.OfClosed(root);
            return;
        }

        Ancestors above = root.Ancestors;
        ReadOnlySpan<ResourceScope?> path =
            [root, above.Peer, above.ProtocolPeer, above.ServicePeer, above.FirstWide, above.MiddleWide, above.LastWide];
        foreach (ResourceScope? level in path)
        {
            if (level is not null && Breaks(level, size, priority, ref refusal))
                return;
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

    private static bool TryReserveWide(in Ancestors ancestors, long size, byte priority, out Refusal refusal)
    {
        if (!TryReserveIn(ancestors.FirstWide, size, priority, out refusal))
            return false;
        if (!TryReserveIn(ancestors.MiddleWide, size, priority, out refusal))
        {
            Undo(ancestors.FirstWide, size);
            return false;
        }

        if (!TryReserveIn(ancestors.LastWide, size, priority, out refusal))
        {
            Undo(ancestors.FirstWide, size);
            Undo(ancestors.MiddleWide, size);
            return false;
        }

        return true;
    }

    private static bool TryReserveIn(WideScope? scope, long size, byte priority, out Refusal refusal)
    {
        refusal = default;
        if (scope is null || TWide.TryChargeMemory(scope, size, priority, out Violation violation))
            return true;
        refusal = Refusal.OfLimit(scope, violation);
        return false;
    }

    private static void Undo(WideScope? scope, long size)
    {
        if (scope is not null)
            TWide.ReturnMemory(scope, size);
    }

    private static void Reserve(ResourceScope? scope, long size)
    {
        if (scope is not null)
            scope.Held.Memory += size;
    }

    /// <summary>
    /// Gives back memory from a scope to the top. What a level never had is not taken from the levels above it, which hold
    /// other scopes' shares as well. A closed owner has given back everything already.
    /// </summary>
    private void ReleaseUpwards(ResourceScope scope, long amount)
    {
        for (ResourceScope level = scope; !level.IsClosed; level = ((SpanScope)level).Owner)
        {
            if (level is WideScope wide)
            {
                Release(wide, amount);
                return;
            }

            amount = Math.Min(amount, level.Held.Memory);
            level.Held.Memory -= amount;
            if (level is SpanScope)
                continue;
            ReturnToAncestors(level.Ancestors, new UsageVector { Memory = amount });
            if (level is SharedScope shared)
                CollectIfUnused(shared);
            return;
        }
    }

    private bool Release(WideScope scope, long size)
    {
        long amount = Math.Min(size, TWide.Read(scope).Memory);
        if (amount < size)
            _faults++;
        UsageVector delta = new() { Memory = amount };
        ReturnWide(scope, delta);
        if (scope.Parent is not null)
            ReturnWide(scope.Parent, delta);
        return amount == size;
    }
}
