using System.Net;
using System.Text.Json;
using Rcmgr.Libp2p.Identity;
using Rcmgr.Tool.Admin;

namespace Rcmgr.Tool.Tests.Admin;

public sealed class ExplainTests
{
    private readonly HostIdentity _peer = HostIdentity.Generate();

    [Fact]
    public async Task The_command_prints_who_would_refuse_a_stream()
    {
        using ResourceManager manager = new(ResourceManagerLimits.Infinite with { ProtocolDefault = ResourceLimits.AllowAll with { Streams = 0 } });
        using AdminPages pages = new(manager);
        await using AdminServer server = await StartAsync(pages);
        string[] command = ["explain", "--admin", server.EndPoint.ToString(), "--peer", _peer.PeerId.ToString()];

        ToolRun alone = await ToolRun.RunAsync([.. command, "--direction", "outbound"]);
        ToolRun refused = await ToolRun.RunAsync([.. command, "--protocol", "/x/1 &?"]);
        ToolRun json = await ToolRun.RunAsync([.. command, "--json"]);

        Assert.Equal((ExitCode.Success, "would be admitted"), (alone.ExitCode, alone.LastLine));
        Assert.Contains("streams outbound", alone.Output, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Failure, refused.ExitCode);
        Assert.StartsWith("protocol:/x/1 &?: refused 1 stream: 0 in use, 0 allowed", refused.LastLine, StringComparison.Ordinal);
        Assert.Contains($"peer:{_peer.PeerId}", refused.Output, StringComparison.Ordinal);
        using JsonDocument answer = JsonDocument.Parse(json.Output);
        Assert.Equal(4, answer.RootElement.GetProperty("scopes").GetArrayLength());
        Assert.Empty(manager.GetRefusalCounts());
    }

    [Fact]
    public async Task The_command_asks_about_connections_too()
    {
        using ResourceManager manager = new(ResourceManagerLimits.Infinite with { System = ResourceLimits.AllowAll with { FileDescriptors = 0 } });
        using AdminPages pages = new(manager);
        await using AdminServer server = await StartAsync(pages);
        string[] command = ["explain", "--admin", server.EndPoint.ToString(), "--address", "192.0.2.1"];

        Assert.Equal(ExitCode.Failure, (await ToolRun.RunAsync(command)).ExitCode);
        Assert.Equal(ExitCode.Success, (await ToolRun.RunAsync([.. command, "--fd", "false"])).ExitCode);
    }

    [Fact]
    public async Task The_command_tells_what_the_limits_by_address_would_say()
    {
        using ResourceManager manager = new(new ResourceManagerOptions
        {
            Limits = ResourceManagerLimits.Infinite,
            ConnectionLimits = new ConnectionLimits { SubnetsIPv4 = [new(32, 1)] },
        });
        using ConnectionScope open = manager.OpenConnection(Direction.Inbound, usesFileDescriptor: true, IPAddress.Parse("192.0.2.1"));
        using AdminPages pages = new(manager);
        await using AdminServer server = await StartAsync(pages);
        string[] command = ["explain", "--admin", server.EndPoint.ToString(), "--address"];

        ToolRun refused = await ToolRun.RunAsync([.. command, "192.0.2.1"]);
        ToolRun loopback = await ToolRun.RunAsync([.. command, "127.0.0.1"]);
        ToolRun json = await ToolRun.RunAsync([.. command, "192.0.2.2", "--json"]);

        Assert.Equal(ExitCode.Failure, refused.ExitCode);
        Assert.Matches(@"address:192.0.2.1/32 +rate +1 +1 +16 +6.2 % +next in \S+ s\n", refused.Output);
        Assert.Matches(@"address:192.0.2.1/32 +conns +1 +1 +1 +100 % +refuses\n", refused.Output);
        Assert.EndsWith("raise ConnectionLimits.SubnetsIPv4[/32].Connections", refused.LastLine, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Success, loopback.ExitCode);
        Assert.Contains("loopback is exempt from limits by address", loopback.Output, StringComparison.Ordinal);
        using JsonDocument answer = JsonDocument.Parse(json.Output);
        Assert.Equal("none", answer.RootElement.GetProperty("addressExemption").GetString());
        Assert.Equal(
            [("connectionRate", 0L, 16L), ("subnetLimit", 0L, 1L)],
            answer.RootElement.GetProperty("addresses").EnumerateArray().Select(limit =>
                (limit.GetProperty("reason").GetString()!, limit.GetProperty("current").GetInt64(), limit.GetProperty("allowed").GetInt64())));
        Assert.Equal(1, manager.Admission!.HeldSubnets);
    }

    [Theory]
    [InlineData("peer=nobody")]
    [InlineData("direction=sideways")]
    [InlineData("direction=")]
    [InlineData("address=nowhere")]
    [InlineData("fd=perhaps")]
    [InlineData("protocol=/x")]
    [InlineData("peer=&protocol=/x")]
    public async Task A_query_that_makes_no_sense_is_told_so(string query)
    {
        using ResourceManager manager = new(ResourceManagerLimits.Infinite);
        using AdminPages pages = new(manager);
        await using AdminServer server = await StartAsync(pages);
        using HttpClient http = new();

        using HttpResponseMessage response =
            await http.GetAsync(new Uri($"http://{server.EndPoint}/rcmgr/explain?{query}"), TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.NotEmpty(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_service_without_a_protocol_makes_no_sense()
    {
        using ResourceManager manager = new(ResourceManagerLimits.Infinite);
        using AdminPages pages = new(manager);
        await using AdminServer server = await StartAsync(pages);

        ToolRun run = await ToolRun.RunAsync(
            "explain", "--admin", server.EndPoint.ToString(), "--peer", _peer.PeerId.ToString(), "--service", "s");

        Assert.Equal(ExitCode.Usage, run.ExitCode);
        Assert.Contains("400", run.Error, StringComparison.Ordinal);
    }

    private static Task<AdminServer> StartAsync(AdminPages pages) =>
        AdminServer.StartAsync(new IPEndPoint(IPAddress.Loopback, 0), pages.All, TestContext.Current.CancellationToken);
}
