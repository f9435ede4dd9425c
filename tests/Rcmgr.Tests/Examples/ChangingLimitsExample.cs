namespace Rcmgr.Tests.Examples;

public sealed class ChangingLimitsExample
{
    [Fact]
    public void Limits_of_a_running_manager_are_planned_and_applied()
    {
        using ResourceManager manager = new(ScalingLimits.Default.Scale(0, 0));
        using StreamScope first = manager.OpenStream(new PeerKey("alice"), Direction.Inbound);
        using StreamScope second = manager.OpenStream(new PeerKey("alice"), Direction.Inbound);

        PartialResourceManagerLimits written = LimitsJson.Read("""{ "PeerDefault": { "StreamsInbound": 1 } }""");
        LimitsPlan plan = manager.PlanLimits(written.Build(manager.Limits));
        foreach (LimitChange change in plan.Changes)
            Console.WriteLine(change);
        foreach (OverLimit over in plan.ScopesOver)
            Console.WriteLine(over);
        manager.ApplyLimits(plan.To);

        Assert.Equal("PeerDefault.StreamsInbound: 256 -> 1", plan.Changes.Single().ToString());
        Assert.Equal("peer:alice: StreamsInbound 2 in use, 1 allowed", plan.ScopesOver.Single().ToString());
        Assert.Equal(1, manager.Limits.PeerDefault.StreamsInbound);
    }
}
