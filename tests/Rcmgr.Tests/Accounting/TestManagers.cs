namespace Rcmgr.Tests.Accounting;

/// <summary>Limits and peers that tests are built from: everything is allowed but what a test says.</summary>
internal static class TestManagers
{
    public static readonly PeerKey Alice = new("alice");

    public static readonly PeerKey Bob = new("bob");

    public static ResourceManagerLimits Infinite => ResourceManagerLimits.Infinite;

    public static ResourceLimits All => ResourceLimits.AllowAll;

    public static ResourceManager Create(Func<ResourceManagerLimits, ResourceManagerLimits> change, Allowlist? allowlist = null) =>
        new(change(Infinite), allowlist);

    public static ResourceLimits Memory(long bytes) => All with { Memory = bytes };

    /// <summary>What a shared scope holds; zero when there is no such scope.</summary>
    public static ScopeUsage Use(this ResourceManager manager, string scope) =>
        manager.TakeSnapshot().Scopes.FirstOrDefault(report => report.Name == scope)?.Use ?? default;

    public static Dictionary<string, ScopeUsage> AllUse(this ResourceManager manager) =>
        manager.TakeSnapshot().Scopes.ToDictionary(report => report.Name, report => report.Use);

    public static ScopeUsage Streams(int inbound, int outbound = 0, long memory = 0) => new(inbound, outbound, 0, 0, 0, memory);

    public static ScopeUsage Connections(int inbound, int outbound = 0, int descriptors = 0, long memory = 0) =>
        new(0, 0, inbound, outbound, descriptors, memory);

    public static void AssertEmpty(this ResourceManager manager)
    {
        ResourceManagerSnapshot snapshot = manager.TakeSnapshot();
        Assert.Equal(["system", "transient", "allowlistedSystem", "allowlistedTransient"], snapshot.Scopes.Select(scope => scope.Name));
        Assert.All(snapshot.Scopes, scope => Assert.True(scope.Use.IsZero, $"{scope.Name} holds {scope.Use}"));
    }
}
