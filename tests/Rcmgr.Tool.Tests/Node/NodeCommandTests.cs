using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Rcmgr.Libp2p.Identity;
using Rcmgr.Libp2p.Multiaddr;
using Rcmgr.Tool.Admin;
using Rcmgr.Tool.Demo;

namespace Rcmgr.Tool.Tests.Node;

public sealed class NodeCommandTests
{
    [Fact]
    public async Task A_node_says_where_it_listens_serves_peers_tells_its_use_and_leaves_nothing_behind()
    {
        CancellationToken ct = TestContext.Current.CancellationToken;
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        await using LineChannel output = new();
        Task<int> node = Program.RunAsync(
            ["node", "--listen", "/ip4/127.0.0.1/tcp/0", "--admin", "127.0.0.1:0", "--json"], output, TextWriter.Null, stop.Token);

        using JsonDocument listening = JsonDocument.Parse(await output.ReadAsync());
        Assert.Equal("listening", listening.RootElement.GetProperty("event").GetString());
        Multiaddress address = Multiaddress.Parse(listening.RootElement.GetProperty("addrs")[0].GetString()!);
        Assert.Equal(listening.RootElement.GetProperty("peerId").GetString(), address.PeerId?.ToString());
        using AdminClient admin = new(IPEndPoint.Parse(listening.RootElement.GetProperty("admin").GetString()!));

        using HostIdentity identity = HostIdentity.Generate();
        await using BarePeer peer = await BarePeer.DialAsync(address, identity, ct);
        await EchoExchange.RunAsync(peer, ct);
        Assert.Contains(identity.PeerId.ToString(), await output.WaitForAsync("\"connected\""), StringComparison.Ordinal);
        AdminReport? report = await admin.TryGetAsync(ct);
        Assert.Equal(1, report?.Find(ScopeKind.System)?.Use.ConnectionsInbound);
        Assert.Contains(report!.Scopes, scope => scope.Kind == ScopeKind.Peer && scope.Name == $"peer:{identity.PeerId}");

        await stop.CancelAsync();
        Assert.Equal(ExitCode.Success, await node);
        using JsonDocument stopped = JsonDocument.Parse(await output.WaitForAsync("\"stopped\""));
        Assert.True(AdminJsonReader.Use(stopped.RootElement.GetProperty("inUse")).IsZero);
    }

    [Fact]
    public async Task A_node_that_only_observes_admits_and_tells_what_it_would_have_refused()
    {
        CancellationToken ct = TestContext.Current.CancellationToken;
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        using TemporaryFile limits = new("""{ "Transient": { "ConnsInbound": 0 } }""");
        await using LineChannel output = new();
        Task<int> node = Program.RunAsync(
            ["node", "--listen", "/ip4/127.0.0.1/tcp/0", "--limits", limits.Path, "--json", "--observe-only"], output, TextWriter.Null, stop.Token);
        using JsonDocument listening = JsonDocument.Parse(await output.ReadAsync());
        Multiaddress address = Multiaddress.Parse(listening.RootElement.GetProperty("addrs")[0].GetString()!);

        using HostIdentity identity = HostIdentity.Generate();
        await using (BarePeer peer = await BarePeer.DialAsync(address, identity, ct))
            await EchoExchange.RunAsync(peer, ct);

        Assert.Contains("\"transient\"", await output.WaitForAsync("\"would-refuse\""), StringComparison.Ordinal);
        await stop.CancelAsync();
        Assert.Equal(ExitCode.Success, await node);
    }

    [Fact]
    public async Task Refusals_are_printed_in_sum()
    {
        CancellationToken ct = TestContext.Current.CancellationToken;
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        using TemporaryFile limits = new("""{ "Transient": { "ConnsInbound": 0 } }""");
        await using LineChannel output = new();
        Task<int> node = Program.RunAsync(
            ["node", "--listen", "/ip4/127.0.0.1/tcp/0", "--limits", limits.Path, "--json"], output, TextWriter.Null, stop.Token);
        using JsonDocument listening = JsonDocument.Parse(await output.ReadAsync());
        Multiaddress address = Multiaddress.Parse(listening.RootElement.GetProperty("addrs")[0].GetString()!);

        for (int i = 0; i < 20; i++)
            await BeRefusedAsync(address, ct);

        await stop.CancelAsync();
        Assert.Equal(ExitCode.Success, await node);
        long count = 0;
        int lines = 0;
        string line;
        while (!(line = await output.ReadAsync()).Contains("\"stopped\"", StringComparison.Ordinal))
        {
            using JsonDocument refusal = JsonDocument.Parse(line);
            Assert.Equal("transient", refusal.RootElement.GetProperty("scope").GetString());
            count += refusal.RootElement.GetProperty("count").GetInt64();
            lines++;
        }

        Assert.Equal(20, count);
        Assert.InRange(lines, 1, 19);
    }

    [Theory]
    [InlineData("{", "$")]
    [InlineData("""{ "System": { "Conns": "many" } }""", "$.System.Conns")]
    [InlineData("""{ "Peer": { "nobody": {} } }""", "nobody")]
    public async Task A_bad_limits_file_is_named_with_the_place_and_the_exit_code_is_2(string content, string place)
    {
        using TemporaryFile file = new(content);

        ToolRun run = await ToolRun.RunAsync("node", "--listen", "/ip4/127.0.0.1/tcp/0", "--limits", file.Path);

        Assert.Equal(ExitCode.Usage, run.ExitCode);
        Assert.Contains(file.Path, run.Error, StringComparison.Ordinal);
        Assert.Contains(place, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_changed_limits_file_is_applied_while_the_node_runs_and_a_bad_one_is_not()
    {
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        using TemporaryFile limits = new("""{ "System": { "FD": 100 } }""");
        await using LineChannel output = new();
        await using LineChannel error = new();
        Task<int> node = Program.RunAsync(["node", "--listen", "/ip4/127.0.0.1/tcp/0", "--limits", limits.Path], output, error, stop.Token);
        await output.WaitForAsync("listening");

        await File.WriteAllTextAsync(limits.Path, """{ "System": { "FD": 200 } }""", stop.Token);
        Assert.Equal("information: Limit changes: System.FD: 100 -> 200", await error.WaitForAsync("Limit changes"));
        await File.WriteAllTextAsync(limits.Path, """{ "Sistem": {} }""", stop.Token);
        await error.WaitForAsync("nothing was changed; 1 errors");

        await stop.CancelAsync();
        Assert.Equal(ExitCode.Success, await node);
    }

    [Fact]
    public async Task A_changed_file_of_limits_by_address_is_applied_while_the_node_runs_and_a_bad_one_is_not()
    {
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        using TemporaryFile limits = new("""{ "SubnetsIPv4": { "/32": 10 } }""");
        await using LineChannel output = new();
        await using LineChannel error = new();
        Task<int> node = Program.RunAsync(
            ["node", "--listen", "/ip4/127.0.0.1/tcp/0", "--connection-limits", limits.Path], output, error, stop.Token);
        await output.WaitForAsync("listening");

        await File.WriteAllTextAsync(limits.Path, """{ "SubnetsIPv4": { "/32": 20 } }""", stop.Token);
        Assert.Equal(
            "information: Limit changes: ConnectionLimits.SubnetsIPv4[/32].Connections: 10 -> 20", await error.WaitForAsync("Limit changes"));
        await File.WriteAllTextAsync(limits.Path, """{ "SubnetIPv4": {} }""", stop.Token);
        await error.WaitForAsync("nothing was changed; 1 errors");

        await stop.CancelAsync();
        Assert.Equal(ExitCode.Success, await node);
    }

    [Fact]
    public async Task A_missing_limits_file_is_an_error_that_names_it()
    {
        ToolRun run = await ToolRun.RunAsync("node", "--listen", "/ip4/127.0.0.1/tcp/0", "--limits", "/no/such/file.json");

        Assert.Equal(ExitCode.Usage, run.ExitCode);
        Assert.Contains("/no/such/file.json", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("node", "--listen", "here")]
    [InlineData("node", "--listen", "/ip4/127.0.0.1/udp/4001")]
    [InlineData("node", "--listen", "/ip4/127.0.0.1/tcp/0", "--admin", "0.0.0.0:0")]
    [InlineData("node", "--listen", "/ip4/127.0.0.1/tcp/0", "--admin", "localhost")]
    [InlineData("node", "--listen", "/ip4/127.0.0.1/tcp/0", "--connection-limits", "some")]
    [InlineData("node", "--listen", "/ip4/127.0.0.1/tcp/0", "--peers-per-address", "0")]
    [InlineData("node", "--listen", "/ip4/127.0.0.1/tcp/0", "--allow", "/dns4/example.org")]
    [InlineData("demo", "--seconds", "1000")]
    [InlineData("demo-attacker", "kindness", "/ip4/127.0.0.1/tcp/1", "1")]
    public async Task Wrong_usage_is_explained_on_the_error_stream_with_exit_code_2(params string[] args)
    {
        ToolRun run = await ToolRun.RunAsync(args);

        Assert.Equal(ExitCode.Usage, run.ExitCode);
        Assert.NotEmpty(run.Error);
    }

    private static async Task BeRefusedAsync(Multiaddress address, CancellationToken ct)
    {
        try
        {
            await using Stream refused = await BarePeer.ConnectAsync(address, ct);
            Assert.Equal(0, await refused.ReadAsync(new byte[1], ct));
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            // The refusal may come as a reset, and before the connection is ours.
        }
    }
}
