namespace Rcmgr;

/// <content>Changing the limits of live scopes (specification §4.1). A wide scope's change with all shards stopped.</content>
internal sealed partial class AccountingEngine<TWide>
{
    public override void SetLimits(ResourceScope scope, ResourceLimits limits)
    {
        switch (scope)
        {
            case WideScope wide:
                SetWideLimits(wide, limits);
                break;
            case PeerScope peer:
                SetPeerLimits(peer, limits);
                break;
            default:
                Shard shard = EnterShardOf(RootOf(scope));
                scope.GivenLimits = limits;
                shard.Gate.Exit();
                break;
        }

        CapacityListener?.CapacityReleased(null);
    }

    public override LimitsPlan PlanLimits(ResourceManagerLimits limits)
    {
        Shard.EnterAll(_shards);
        try
        {
            return Compare(limits);
        }
        finally
        {
            Shard.ExitAll(_shards);
        }
    }

    public override LimitsPlan ReplaceConfiguredLimits(ResourceManagerLimits limits)
    {
        LimitsPlan plan;
        Shard.EnterAll(_shards);
        try
        {
            plan = Compare(limits);

            // Connections, streams and spans read their limits through the engine or through a shared scope.
            ConfiguredLimits = limits;
            foreach (WideScope wide in WideScopes())
            {
                Adopt(wide, limits);
                TWide.Configure(wide);
            }

            foreach (PeerScope peer in _shards.SelectMany(shard => shard.Peers.All()))
            {
                Adopt(peer, limits);
                foreach (PeerSubScope sub in peer.SubScopes.All())
                    Adopt(sub, limits);
            }
        }
        finally
        {
            Shard.ExitAll(_shards);
        }

        CapacityListener?.CapacityReleased(null);
        return plan;
    }

    /// <summary>With the gates of all shards.</summary>
    private LimitsPlan Compare(ResourceManagerLimits limits)
    {
        List<OverLimit> over = [];
        foreach (SharedScope scope in SharedScopes())
        {
            if (!scope.HasOwnLimits)
                OverLimit.Find(scope, Read(scope).ToUsage(), limits.For(scope.Kind, scope.NameSubject), over);
        }

        return new LimitsPlan(ConfiguredLimits, limits, over);
    }

    private static void Adopt(SharedScope scope, ResourceManagerLimits limits)
    {
        if (!scope.HasOwnLimits)
            scope.GivenLimits = limits.For(scope.Kind, scope.NameSubject);
    }

    private static void SetOwn(SharedScope scope, ResourceLimits limits)
    {
        scope.GivenLimits = limits;
        scope.HasOwnLimits = true;
    }

    // The scope that was asked may be gone; the limits are for the one that has its key now, too.
    private static void SetPeerLimits(PeerScope peer, ResourceLimits limits)
    {
        Shard shard = peer.Shard;
        using (shard.Gate.EnterScope())
        {
            shard.PeerOverrides[peer.Key] = limits;
            SetOwn(peer, limits);
            if (shard.Peers.Find(peer.Key) is { } live)
                SetOwn(live, limits);
        }
    }

    private void SetWideLimits(WideScope wide, ResourceLimits limits)
    {
        Shard.EnterAll(_shards);
        try
        {
            SetOwn(wide, limits);
            TWide.Configure(wide);
            if (wide.IsRoot)
                return;
            bool isService = wide.Kind == ScopeKind.Service;
            GroupOverrides(isService)[wide.GroupName] = limits;
            if (Groups(isService).GetValueOrDefault(wide.GroupName) is { } live && !ReferenceEquals(live, wide))
            {
                SetOwn(live, limits);
                TWide.Configure(live);
            }
        }
        finally
        {
            Shard.ExitAll(_shards);
        }
    }
}
