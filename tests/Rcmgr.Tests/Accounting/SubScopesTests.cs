using static Rcmgr.Tests.Accounting.TestManagers;

namespace Rcmgr.Tests.Accounting;

/// <summary>One peer's shares of protocols and services, as a list and, beyond 16 of them, as a table.</summary>
public sealed class SubScopesTests
{
    private readonly Shard _shard = Counting.SingleGate.Create(Infinite).System.Shard;

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(16)]
    [InlineData(17)]
    [InlineData(100)]
    public void Whatever_is_removed_is_gone_and_all_others_are_still_found(int count)
    {
        SubScopes scopes = new();
        List<PeerSubScope> left = [.. Enumerable.Range(0, count).Select(i => Create(i, ScopeKind.Protocol))];
        foreach (PeerSubScope scope in left)
            scopes.Add(scope);

        // From the middle, then from both ends in turns.
        for (int i = 0; left.Count > 0; i++)
        {
            PeerSubScope removed = left[i == 0 ? left.Count / 2 : i % 2 * (left.Count - 1)];
            left.Remove(removed);
            scopes.Remove(removed);

            Assert.Null(scopes.Find(isService: false, removed.Account.Name));
            Assert.All(left, scope => Assert.Same(scope, scopes.Find(isService: false, scope.Account.Name)));
            Assert.Equal(left.ToHashSet(), scopes.All().ToHashSet());
            Assert.Equal(left.Count == 0, scopes.Any is null);
        }
    }

    [Theory]
    [InlineData(2)]
    [InlineData(20)]
    public void A_protocol_and_a_service_of_one_name_are_two(int count)
    {
        SubScopes scopes = new();
        for (int i = 0; i < count; i++)
        {
            scopes.Add(Create(i, ScopeKind.Protocol));
            scopes.Add(Create(i, ScopeKind.Service));
        }

        Assert.Equal(2 * count, scopes.All().Count);
        Assert.Equal(ScopeKind.ProtocolPeer, scopes.Find(isService: false, "1")?.Kind);
        Assert.Equal(ScopeKind.ServicePeer, scopes.Find(isService: true, "1")?.Kind);
    }

    private PeerSubScope Create(int name, ScopeKind kind)
    {
        WideScope group = new(_shard, ResourceLimits.AllowAll, kind, parent: null, shards: 1, $"{name}");
        return new PeerSubScope(ResourceLimits.AllowAll, new ShardAccount(group, _shard), new PeerScope(_shard, ResourceLimits.AllowAll, Alice));
    }
}
