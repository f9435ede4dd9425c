namespace Rcmgr;

/// <content>The limits of a manager as a whole: what they are, what others would change, and replacing them.</content>
internal abstract partial class AccountingEngine
{
    private ResourceManagerLimits _configured;

    /// <summary>The limits of every scope that has none of its own. Written under the gate only.</summary>
    public ResourceManagerLimits ConfiguredLimits
    {
        get => Volatile.Read(ref _configured);
        protected set => Volatile.Write(ref _configured, value);
    }

    /// <summary>What replacing the limits would change at this instant.</summary>
    public abstract LimitsPlan PlanLimits(ResourceManagerLimits limits);

    /// <summary>Replaces the limits of all scopes that have none of their own, at one instant, and says what that changed.</summary>
    public abstract LimitsPlan ReplaceConfiguredLimits(ResourceManagerLimits limits);
}

/// <content>Changing the limits of live scopes (specification §4.1).</content>
internal sealed partial class AccountingEngine<TWide>
{
    public override LimitsPlan PlanLimits(ResourceManagerLimits limits)
    {
        ResourceManagerLimits before;
        List<OverLimit> over;
        using (_gate.EnterScope())
        {
            before = ConfiguredLimits;
            over = FindOver(limits);
        }

        return new LimitsPlan(before, limits, over);
    }

    public override LimitsPlan ReplaceConfiguredLimits(ResourceManagerLimits limits)
    {
        ResourceManagerLimits before;
        List<OverLimit> over;
        using (_gate.EnterScope())
        {
            before = ConfiguredLimits;
            over = FindOver(limits);

            // Connections, streams and spans read their limits through the engine or through a shared scope.
            ConfiguredLimits = limits;
            foreach (SharedScope scope in SharedScopes())
                scope.Configured = limits.For(scope.Kind, scope.NameSubject);
        }

        return new LimitsPlan(before, limits, over);
    }

    private List<OverLimit> FindOver(ResourceManagerLimits limits)
    {
        List<OverLimit> over = [];
        foreach (SharedScope scope in SharedScopes())
        {
            if (scope.OwnLimits is null)
                OverLimit.Find(scope, Read(scope).ToUsage(), limits.For(scope.Kind, scope.NameSubject), over);
        }

        return over;
    }

    private IEnumerable<SharedScope> SharedScopes()
    {
        foreach (WideScope scope in WideScopes())
            yield return scope;
        foreach (PeerScope peer in _peers.Values)
        {
            yield return peer;
            for (PeerSubScope? sub = peer.FirstSubScope; sub is not null; sub = sub.Next)
                yield return sub;
        }
    }
}
