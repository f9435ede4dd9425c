namespace Rcmgr.Tool.Tests;

public sealed class LimitsFileCommandTests
{
    private const string Host = "8589934592";

    [Fact]
    public async Task A_file_is_built_over_the_limits_of_the_host()
    {
        using TemporaryFile file = new("""{ "System": { "Conns": 300 } }""");

        ToolRun run = await ToolRun.RunAsync("limits", file.Path, "--memory", Host, "--fd", "1000", "--format", "json");

        ResourceManagerLimits defaults = ScalingLimits.DefaultWithServices.Scale(1L << 30, 500);
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Equal(
            defaults with { System = defaults.System with { Connections = 300 } },
            LimitsJson.Read(run.Output).Build(ResourceManagerLimits.Infinite));
    }

    [Fact]
    public async Task All_errors_of_a_file_are_printed_with_their_places_and_the_command_fails()
    {
        using TemporaryFile file = new("{ \"Sistem\": {},\n  \"Peer\": { \"nobody\": {} } }");

        ToolRun run = await ToolRun.RunAsync("limits", file.Path);

        Assert.Equal((1, ""), (run.ExitCode, run.Output));
        Assert.Equal(
            [
                $"{file.Path}: error: $.Sistem (line 1, column 3): there is no such section; did you mean \"System\"?",
                $"{file.Path}: error: $.Peer[\"nobody\"] (line 2, column 13): not a peer id; write it as 12D3KooW…, Qm… or in its CID form",
            ],
            run.Error.TrimEnd().Split(Environment.NewLine));
    }

    [Fact]
    public async Task Warnings_are_printed_and_the_limits_are_used()
    {
        using TemporaryFile file = new("""{ "System": { "ConnsInbound": 5000 } }""");

        ToolRun run = await ToolRun.RunAsync("limits", file.Path, "--memory", Host, "--fd", "1000");

        Assert.Equal(0, run.ExitCode);
        Assert.Contains("warning: $.System.ConnsInbound", run.Error, StringComparison.Ordinal);
        Assert.Matches("(?m)^system +4096 +2048 +4096 +256 +5000", run.Output);
    }

    [Fact]
    public async Task A_file_from_elsewhere_is_read_leniently_on_demand()
    {
        using TemporaryFile file = new("""{ "system": { "Conns": 3, "ConnsInbound": 5, "Bananas": 1 } }""");

        Assert.Equal(1, (await ToolRun.RunAsync("limits", file.Path)).ExitCode);
        ToolRun run = await ToolRun.RunAsync("limits", file.Path, "--lenient");

        Assert.Equal((0, ""), (run.ExitCode, run.Error));
    }

    [Fact]
    public async Task A_file_that_cannot_be_read_is_wrong_usage()
    {
        ToolRun run = await ToolRun.RunAsync("limits", "/no/such/file");

        Assert.Equal(2, run.ExitCode);
        Assert.Contains("/no/such/file", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_schema_is_printed_on_demand() =>
        Assert.Equal(LimitsJson.Schema, (await ToolRun.RunAsync("limits", "--schema")).Output);

    [Fact]
    public async Task Explain_says_for_each_number_where_it_comes_from()
    {
        using TemporaryFile file = new("""{ "System": { "Conns": 300 }, "Service": { "mine": { "Streams": 7 } } }""");

        ToolRun run = await ToolRun.RunAsync("limits", file.Path, "--memory", "3976000000", "--fd", "1000", "--explain");

        Assert.Equal(0, run.ExitCode);
        string path = System.Text.RegularExpressions.Regex.Escape(file.Path);
        Assert.Matches($"(?m)^System.Conns +300  {path} says 300 instead of 187$", run.Output);
        Assert.Matches("(?m)^System.ConnsInbound +93  base 64 \\+ 64 per GiB x 473 MiB / 1024 = 29, rounded down$", run.Output);
        Assert.Matches("(?m)^System.FD +500  the larger of base 256 and 1 x 500 file descriptors, rounded down$", run.Output);
        Assert.Matches("(?m)^PeerDefault.Conns +8  base 8 on hosts of every size$", run.Output);
        Assert.Matches($"(?m)^Service\\[\"mine\"\\].Streams +7  {path} says 7 instead of the ServiceDefault.Streams of 5042$", run.Output);
        Assert.Matches("(?m)^Service\\[\"mine\"\\].StreamsInbound +1260  the same as ServiceDefault.StreamsInbound$", run.Output);
        Assert.Matches("(?m)^Service\\[\"libp2p.ping\"\\].Streams +93  base 64 \\+ 64 per GiB", run.Output);
    }

    [Fact]
    public async Task Explained_numbers_are_those_of_the_limits()
    {
        ToolRun explained = await ToolRun.RunAsync("limits", "--memory", Host, "--fd", "1000", "--explain", "--format", "json");

        using System.Text.Json.JsonDocument json = System.Text.Json.JsonDocument.Parse(explained.Output);
        ResourceManagerLimits limits = ScalingLimits.DefaultWithServices.Scale(1L << 30, 500);
        Assert.Equal(1L << 30, json.RootElement.GetProperty("memory").GetProperty("scaled").GetInt64());
        Assert.Equal(
            limits.Entries().SelectMany(entry => LimitFields.All.Select(field => (Key: $"{LimitSection.Key(entry.Kind, entry.Name)}.{field.Name()}", Value: entry.Value[field]))),
            json.RootElement.GetProperty("limits").EnumerateArray().Select(limit => (Key: limit.GetProperty("key").GetString()!, Value: limit.GetProperty("value").GetInt64())));
    }

    [Fact]
    public async Task Limits_by_address_are_checked_and_printed_in_full()
    {
        using TemporaryFile good = new("""{ "Profile": "private", "SubnetsIPv4": { "/32": 20 } }""");
        using TemporaryFile bad = new("""{ "SubnetIPv4": {}, "GlobalRate": 5 }""");

        ToolRun printed = await ToolRun.RunAsync("limits", "--connection-limits", good.Path);
        ToolRun profile = await ToolRun.RunAsync("limits", "--connection-limits", "none");
        ToolRun refused = await ToolRun.RunAsync("limits", "--connection-limits", bad.Path);
        ToolRun missing = await ToolRun.RunAsync("limits", "--connection-limits", "/no/such/file.json");
        ToolRun schema = await ToolRun.RunAsync("limits", "--connection-limits", "default", "--schema");

        Assert.Equal(ConnectionLimits.PrivateNetwork with { SubnetsIPv4 = [new(32, 20)] }, ConnectionLimitsJson.Read(printed.Output));
        Assert.Equal(ConnectionLimits.None, ConnectionLimitsJson.Read(profile.Output));
        Assert.Equal((ExitCode.Failure, ExitCode.Usage), (refused.ExitCode, missing.ExitCode));
        Assert.Contains($"{bad.Path}: error: $.SubnetIPv4 (line 1, column 3)", refused.Error, StringComparison.Ordinal);
        Assert.Contains("$.GlobalRate", refused.Error, StringComparison.Ordinal);
        Assert.Equal(ConnectionLimitsJson.Schema, schema.Output);
    }
}
