using CsCheck;
using Rcmgr.Tool.Commands;

namespace Rcmgr.Tool.Tests;

public sealed class PeerPlanTests
{
    private static readonly ScalingLimits Scaling = ScalingLimits.DefaultWithServices;

    private static readonly Gen<PeerModel> Models = Gen.Select(
        Gen.Select(Gen.Long[1, 100_000], Gen.Long[1, 8], Gen.Long[0, 500]),
        Gen.Select(Gen.Long[0, 100], Gen.Long[0, 100]),
        Gen.Select(Gen.Long[0, 8 << 20], Gen.Long[0, 1 << 20]),
        (counts, shares, memory) => new PeerModel(counts.Item1, counts.Item2, counts.Item3, shares.Item1, shares.Item2, memory.Item1, memory.Item2));

    [Fact]
    public void The_planned_limits_have_room_for_all_that_the_peers_do() => Models.Sample(model =>
    {
        PeerPlan plan = PeerPlan.Solve(model, Scaling);
        return model.Needs().All(need => plan.Limits[need.Kind][need.Field] >= need.Amount);
    });

    [Fact]
    public void The_planned_host_is_the_smallest_one() => Models.Sample(model =>
    {
        PeerPlan plan = PeerPlan.Solve(model, Scaling);
        PeerNeed[] growing = [.. model.Needs().Except(plan.ByHand)];
        bool HasRoom(long memory, long fileDescriptors) =>
            growing.All(need => Scaling.Scale(memory, fileDescriptors)[need.Kind][need.Field] >= need.Amount);

        return HasRoom(plan.ScaledMemory, plan.ScaledFileDescriptors)
            && (plan.ScaledMemory == 0 || !HasRoom(plan.ScaledMemory - (1L << 20), plan.ScaledFileDescriptors))
            && (plan.ScaledFileDescriptors == 0 || !HasRoom(plan.ScaledMemory, plan.ScaledFileDescriptors - 1));
    });

    [Fact]
    public void The_largest_numbers_do_not_overflow()
    {
        PeerPlan plan = PeerPlan.Solve(new PeerModel(PeerModel.MostPeers, 100, 200, 100, 100, 1L << 30, 1L << 30), Scaling);

        Assert.InRange(plan.Memory, 1L << 50, long.MaxValue);
        Assert.All(LimitFields.All, field => Assert.InRange(plan.Limits.System[field], 1, long.MaxValue - 1));
    }

    [Fact]
    public async Task A_host_that_has_what_the_peers_need_is_told_so()
    {
        ToolRun run = await ToolRun.RunAsync("limits", "--peers", "150", "--memory", $"{16L << 30}", "--fd", "1024");

        Assert.Equal(0, run.ExitCode);
        Assert.Contains("150 peers with 1 connections and 8 streams each, 50 % of them inbound, 5 % in negotiation at once", run.Output, StringComparison.Ordinal);
        Assert.Contains("memory: needs a host with 2.59 GiB, because of System.Memory: 481689600; this one has 16 GiB (given on the command line): enough", run.Output, StringComparison.Ordinal);
        Assert.Contains("file descriptors: needs a host with 300; this one has 1024 (given on the command line): enough", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_host_that_lacks_something_is_told_what_and_how_to_do_it_by_hand()
    {
        ToolRun run = await ToolRun.RunAsync("limits", "--peers", "2000", "--memory", $"{32L << 30}", "--fd", "1024");

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("because of System.Conns: 2000; this one has 32 GiB (given on the command line): NOT ENOUGH", run.Output, StringComparison.Ordinal);
        Assert.Contains("file descriptors: needs a host with 4000; this one has 1024 (given on the command line): NOT ENOUGH", run.Output, StringComparison.Ordinal);
        string file = run.Output[run.Output.IndexOf('{', StringComparison.Ordinal)..(run.Output.LastIndexOf('}') + 1)];
        Assert.Equal(2000, LimitsJson.Read(file).System.Connections.Number);
    }

    [Fact]
    public async Task A_limit_that_grows_on_no_host_is_named()
    {
        ToolRun run = await ToolRun.RunAsync("limits", "--peers", "10", "--connections-per-peer", "20", "--memory", $"{32L << 30}", "--fd", "100000");

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("PeerDefault.Conns does not grow with the host: no host has room for 20 without a limits file", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_limits_to_use_come_as_a_limits_file()
    {
        ToolRun run = await ToolRun.RunAsync("limits", "--peers", "2000", "--memory", $"{32L << 30}", "--fd", "1024", "--format", "json");

        PeerModel model = new(2000, 1, 8, 50, 5, PeerModel.DefaultConnectionMemory, PeerModel.DefaultStreamMemory);
        Assert.Equal(1, run.ExitCode);
        Assert.Equal(PeerPlan.Solve(model, Scaling).Limits, LimitsJson.Read(run.Output).Build(ResourceManagerLimits.Infinite));
    }

    [Theory]
    [InlineData("limits", "--peers", "0")]
    [InlineData("limits", "--peers", "10000001")]
    [InlineData("limits", "--peers", "5", "--explain")]
    [InlineData("limits", "file", "--peers", "5")]
    [InlineData("limits", "--streams-per-peer", "5")]
    [InlineData("limits", "--peers", "5", "--inbound", "101")]
    [InlineData("limits", "--peers", "10000000", "--streams-per-peer", "100000")]
    public async Task Wrong_usage_is_explained(params string[] args)
    {
        ToolRun run = await ToolRun.RunAsync(args);

        Assert.Equal(2, run.ExitCode);
        Assert.NotEmpty(run.Error);
    }
}
