using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Rcmgr.Tool.Demo;

namespace Rcmgr.Tool.Tests.Metrics;

public sealed class PrometheusTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(45);

    [Fact]
    public async Task Prometheus_tells_the_refusals_per_second_of_a_node_under_attack_by_reason()
    {
        PrometheusServer.Require();
        CancellationToken ct = TestContext.Current.CancellationToken;
        using TemporaryFile limits = new("""{"System":{"ConnsInbound":4}}""");
        await using ToolProcess node = ToolProcess.Start(
            "node", "--listen", "/ip4/127.0.0.1/tcp/0", "--admin", "127.0.0.1:0", "--limits", limits.Path, "--json");
        (IPEndPoint listening, string admin) = ReadListening(await node.Lines.ReadAsync(ct));
        await using PrometheusServer prometheus = await PrometheusServer.StartAsync(admin, ct);
        using CancellationTokenSource attack = CancellationTokenSource.CreateLinkedTokenSource(ct);
        Task flood = FloodAsync(listening, attack.Token);

        const string Query = "sum by (reason) (rate(libp2p_rcmgr_blocked_resources{scope=\"system\",resource=\"connection\",dir=\"inbound\"}[3s]))";
        Dictionary<string, double> perSecond = [];
        Stopwatch waited = Stopwatch.StartNew();
        while (perSecond.GetValueOrDefault("limit") <= 0 && waited.Elapsed < Deadline)
        {
            await Task.Delay(100, ct);
            perSecond = await prometheus.QueryAsync(Query, "reason", ct);
        }

        Dictionary<string, double> limit = await prometheus.QueryAsync(
            "libp2p_rcmgr_limit{scope=\"system\",resource=\"conns_inbound\"}", "resource", ct);
        Dictionary<string, double> held = await prometheus.QueryAsync(
            "max_over_time(libp2p_rcmgr_connections{scope=\"system\",dir=\"inbound\"}[1m])", "dir", ct);
        await attack.CancelAsync();
        await flood;
        Assert.True(perSecond.GetValueOrDefault("limit") > 0);
        Assert.Equal(4, limit["conns_inbound"]);
        Assert.InRange(held["inbound"], 1, 4);
    }

    /// <summary>Holds four silent connections and goes on asking for more, fifty times a second at most.</summary>
    private static async Task FloodAsync(IPEndPoint endPoint, CancellationToken cancellationToken)
    {
        Queue<Socket> held = new();
        while (!cancellationToken.IsCancellationRequested)
        {
            Socket socket = new(SocketType.Stream, ProtocolType.Tcp);
            held.Enqueue(socket);
            try
            {
                await socket.ConnectAsync(endPoint, cancellationToken);
                await Task.Delay(20, cancellationToken);
            }
            catch (Exception e) when (e is SocketException or OperationCanceledException)
            {
                // Refused before the kernel had reported the connection, or the end of the attack.
            }

            if (held.Count > 8)
                held.Dequeue().Dispose();
        }

        while (held.TryDequeue(out Socket? socket))
            socket.Dispose();
    }

    private static (IPEndPoint Listening, string Admin) ReadListening(string line)
    {
        using JsonDocument document = JsonDocument.Parse(line);
        string address = document.RootElement.GetProperty("addrs")[0].GetString()!;
        string[] parts = address.Split('/');
        return (IPEndPoint.Parse($"{parts[2]}:{parts[4]}"), document.RootElement.GetProperty("admin").GetString()!);
    }
}
