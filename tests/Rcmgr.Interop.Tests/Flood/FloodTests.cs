using Rcmgr.Interop.Tests.Js;

namespace Rcmgr.Interop.Tests.Flood;

/// <summary>A host with room for 64 inbound connections gets many more. Runs alone: it takes what the machine has.</summary>
[Collection(nameof(AloneCollection))]
public sealed class FloodTests
{
    private const int Room = 64;

    private static readonly ResourceManagerLimits Limits =
        ResourceManagerLimits.Infinite with { System = ResourceLimits.AllowAll with { ConnectionsInbound = Room } };

    [Fact]
    public async Task A_flood_of_300_connections_never_gets_more_than_64_in_and_an_honest_peer_is_served_all_through()
    {
        const int flooding = 300;
        await using TestHost host = await StartAsync();
        using ConnectionSampler sampler = new(host.Manager);
        await using PingLoop honest = await PingLoop.StartAsync(host);

        await using (ConnectionFlood flood = await ConnectionFlood.RunAsync(host.EndPoint, flooding))
        {
            await IsDecidedAsync(host, refused: flooding - (Room - 1));
            Assert.InRange(flood.Authenticated, 0, Room - 1);
            await honest.GoesOnAsync();
        }

        await HoldsConnectionsAsync(host, 1);
        await honest.GoesOnAsync();
        int answered = await honest.StopAsync();
        await honest.DisposeAsync();
        await host.ComesToHoldNothingAsync();
        Assert.Equal(Room, sampler.Most);
        TestContext.Current.TestOutputHelper?.WriteLine($"{sampler.Samples} samples, at most {sampler.Most}; {answered} honest pings answered");
    }

    [Fact]
    public async Task A_js_peer_that_came_before_the_flood_has_every_ping_answered()
    {
        JsPeerAvailability.Require();
        const int flooding = 300;
        await using TestHost host = await StartAsync();
        using ConnectionSampler sampler = new(host.Manager);
        await using JsPeer js = await JsPeer.StartPingingAsync(host.Address);

        await using (await ConnectionFlood.RunAsync(host.EndPoint, flooding))
            await IsDecidedAsync(host, refused: flooding - (Room - 1));

        await HoldsConnectionsAsync(host, 1);
        int answered = await js.StopPingingAsync();
        await host.ComesToHoldNothingAsync();
        Assert.Equal(Room, sampler.Most);
        TestContext.Current.TestOutputHelper?.WriteLine($"{sampler.Samples} samples, at most {sampler.Most}; {answered} js pings answered");
    }

    [Fact]
    public async Task Ten_floods_leave_no_more_memory_of_a_node_resident_than_two()
    {
        await using FloodedNode node = await FloodedNode.StartAsync(Room);
        List<long> resident = [];
        for (int floods = 1; floods <= 10; floods++)
        {
            await using (await ConnectionFlood.RunAsync(node.EndPoint, 300))
                await node.HasRefusedAsync(floods * (300 - Room));
            resident.Add(await node.ComesToHoldNothingAsync());
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"resident after each flood, KiB: {string.Join(' ', resident.Select(bytes => bytes >> 10))}");
        Assert.InRange(resident[9], 0, resident[1] + resident[1] / 10);
    }

    private static Task<TestHost> StartAsync() =>
        TestHost.StartAsync(Limits, options => options with { HandshakeTimeout = 2 * Eventually.Deadline });

    /// <summary>Every connection of the flood is held or refused; as none is given back, the number of refusals is exact.</summary>
    private static async Task IsDecidedAsync(TestHost host, int refused)
    {
        await Eventually.HoldsAsync(() => Refused(host) >= refused, () => $"{Refused(host)} connections refused, not {refused}");
        Assert.Equal(refused, Refused(host));
        Assert.Equal(Room, host.Manager.System.Usage.ConnectionsInbound);
    }

    private static Task HoldsConnectionsAsync(TestHost host, int connections) => Eventually.HoldsAsync(
        () => host.Manager.System.Usage is { } use && use.ConnectionsInbound == connections && use.FileDescriptors == connections,
        () => $"the system scope holds {host.Manager.System.Usage}");

    private static long Refused(TestHost host) => host.Manager.GetRefusalCounts()
        .Where(refusal => refusal is { Scope: ScopeKind.System, Resource: Resource.Connections })
        .Sum(refusal => refusal.Count);
}
