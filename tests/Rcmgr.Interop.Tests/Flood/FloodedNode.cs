using System.Net;
using System.Text.Json;
using Rcmgr.Libp2p.Multiaddr;
using Rcmgr.Tool.Admin;
using Rcmgr.Tool.Demo;

namespace Rcmgr.Interop.Tests.Flood;

/// <summary>The tool's node in a process of its own, with room for so many inbound connections, and what its admin endpoint says of it.</summary>
internal sealed class FloodedNode : IAsyncDisposable
{
    private readonly ToolProcess _process;
    private readonly AdminClient _admin;
    private readonly string _limitsPath;

    private FloodedNode(ToolProcess process, IPEndPoint endPoint, IPEndPoint admin, string limitsPath)
    {
        _process = process;
        _limitsPath = limitsPath;
        _admin = new AdminClient(admin);
        EndPoint = endPoint;
    }

    public IPEndPoint EndPoint { get; }

    public static async Task<FloodedNode> StartAsync(int room)
    {
        string limitsPath = Path.Combine(Path.GetTempPath(), $"rcmgr-{Guid.NewGuid():N}.test");
        await File.WriteAllTextAsync(
            limitsPath,
            $$"""
            {
              "System": { "Conns": {{room}}, "ConnsInbound": {{room}}, "FD": "unlimited", "Memory": "unlimited" },
              "Transient": { "Conns": "unlimited", "ConnsInbound": "unlimited", "FD": "unlimited", "Memory": "unlimited" }
            }
            """,
            TestContext.Current.CancellationToken);
        ToolProcess process = ToolProcess.Start(
            "node", "--listen", "/ip4/127.0.0.1/tcp/0", "--admin", "127.0.0.1:0", "--limits", limitsPath, "--json", "--stop-with-input");
        using JsonDocument listening = JsonDocument.Parse(await process.Lines.ReadAsync(TestContext.Current.CancellationToken));
        Multiaddress address = Multiaddress.Parse(listening.RootElement.GetProperty("addrs")[0].GetString()!);
        Assert.True(address.TryGetTcpEndPoint(out IPEndPoint? endPoint));
        return new FloodedNode(process, endPoint, IPEndPoint.Parse(listening.RootElement.GetProperty("admin").GetString()!), limitsPath);
    }

    /// <summary>Returns when the node has refused at least so many connections since its start.</summary>
    public Task HasRefusedAsync(int connections) => AskUntilAsync(report => Refused(report) >= connections);

    /// <summary>Returns when nothing is in use any more, with the bytes that are resident then.</summary>
    public async Task<long> ComesToHoldNothingAsync() =>
        (await AskUntilAsync(report => report.Scopes.All(scope => scope.Use.IsZero))).Process.ResidentBytes;

    public async ValueTask DisposeAsync()
    {
        _admin.Dispose();
        await _process.StopAsync(Eventually.Deadline);
        await _process.DisposeAsync();
        File.Delete(_limitsPath);
    }

    private static long Refused(AdminReport report) =>
        report.Refusals.Where(refusal => refusal.Resource == Resource.Connections).Sum(refusal => refusal.Count);

    private async Task<AdminReport> AskUntilAsync(Func<AdminReport, bool> condition)
    {
        using CancellationTokenSource deadline = new(Eventually.Deadline);
        while (true)
        {
            if (await _admin.TryGetAsync(deadline.Token) is { } report && condition(report))
                return report;
            await Task.Delay(TimeSpan.FromMilliseconds(50), deadline.Token);
        }
    }
}
