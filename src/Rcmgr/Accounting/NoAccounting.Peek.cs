namespace Rcmgr;

/// <content>Nothing is there to be seen or to be limited.</content>
internal sealed partial class NoAccounting
{
    public override PeekedScope[] Peek(params ReadOnlySpan<ScopeKey> scopes)
    {
        PeekedScope[] found = new PeekedScope[scopes.Length];
        for (int i = 0; i < scopes.Length; i++)
            found[i] = new PeekedScope(scopes[i], default, ResourceLimits.AllowAll, IsClosed: false);
        return found;
    }

    public override LimitsPlan PlanLimits(ResourceManagerLimits limits) => new(ConfiguredLimits, limits, []);

    public override LimitsPlan ReplaceConfiguredLimits(ResourceManagerLimits limits) => PlanLimits(limits);

    public override PeekedScope[] PeekPath(ResourceScope scope) => [PeekedScope.Of(scope, default)];
}
