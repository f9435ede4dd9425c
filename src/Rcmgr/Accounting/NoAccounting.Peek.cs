namespace Rcmgr;

/// <content>Nothing is there to be seen.</content>
internal sealed partial class NoAccounting
{
    public override PeekedScope[] Peek(params ReadOnlySpan<ScopeKey> scopes)
    {
        PeekedScope[] found = new PeekedScope[scopes.Length];
        for (int i = 0; i < scopes.Length; i++)
            found[i] = new PeekedScope(scopes[i], default, ResourceLimits.AllowAll, IsClosed: false);
        return found;
    }

    public override PeekedScope[] PeekPath(ResourceScope scope) => [PeekedScope.Of(scope, default)];
}
