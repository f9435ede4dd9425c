using System.Net;
using System.Text.Json;
using Rcmgr.Tool.Admin;
using Rcmgr.Tool.Demo.Attacks;

namespace Rcmgr.Tool.Demo;

/// <summary>
/// The processes of one run of the demo. They also stop when this process dies; disposing kills whoever is left.
/// </summary>
internal sealed class DemoCast : IAsyncDisposable
{
    private const int MaxSecondsOfAPeer = 40;

    private const string StoppedEvent = "stopped";

    private readonly List<ToolProcess> _all = [];
    private readonly List<Task> _readers = [];
    private readonly string _limitsPath = Path.Combine(Path.GetTempPath(), $"rcmgr-demo-{Guid.NewGuid():N}.json");

    private Task _nodeReader = Task.CompletedTask;
    private ScopeUsage? _inUseAtItsEnd;

    /// <summary>Where the node listens on QUIC; null when it does not.</summary>
    public string? QuicAddress { get; private set; }

    /// <summary>Why the node does not listen on QUIC; null when it does.</summary>
    public string? WithoutQuic { get; private set; }

    /// <summary>Where the node listens on TCP.</summary>
    public string TcpAddress { get; private set; } = "";

    /// <summary>Where the node's admin endpoint listens.</summary>
    public IPEndPoint Admin { get; private set; } = new(IPAddress.Loopback, 0);

    /// <summary>Starts the node and waits until it listens.</summary>
    /// <exception cref="IOException">It did not start.</exception>
    public async Task<ToolProcess> StartNodeAsync(CancellationToken cancellationToken)
    {
        await File.WriteAllTextAsync(_limitsPath, DemoLimits.Json, cancellationToken);
        ToolProcess node = Start(
            "node", "--on-loopback", "--quic-engine", "ngtcp2", "--handshake-seconds", $"{DemoTiming.HandshakeSeconds}",
            "--limits", _limitsPath, "--admin", "127.0.0.1:0", "--json", "--stop-with-input");
        try
        {
            ReadListening(await node.Lines.ReadAsync(cancellationToken));
            if (QuicAddress is null)
                WithoutQuic = ReadReason(await node.Lines.ReadAsync(cancellationToken));
        }
        catch (Exception e) when (e is System.Threading.Channels.ChannelClosedException or JsonException or KeyNotFoundException)
        {
            throw new IOException($"The node did not start. {node.Errors}", e);
        }

        _nodeReader = ReadAsync(node, line => _inUseAtItsEnd = ReadStopped(line) ?? _inUseAtItsEnd);
        _readers.Add(_nodeReader);
        return node;
    }

    /// <summary>Asks the node to drain and end.</summary>
    /// <returns>What it said was in use at its end; null when it said nothing, failed, or had to be killed.</returns>
    public async Task<ScopeUsage?> StopNodeAsync(ToolProcess node, TimeSpan patience)
    {
        if (!await node.StopAsync(patience) || node.ExitCode != ExitCode.Success)
            return null;
        await _nodeReader;
        return _inUseAtItsEnd;
    }

    /// <summary>Starts an honest peer whose reports go to <paramref name="report"/>.</summary>
    public ToolProcess StartHonest(DemoTransport transport, Action<HonestReport> report)
    {
        ToolProcess peer = Start("demo-honest", AddressOf(transport), $"{MaxSecondsOfAPeer}");
        _readers.Add(ReadAsync(peer, line =>
        {
            if (HonestReport.FromLine(line) is { } served)
                report(served);
        }));
        return peer;
    }

    /// <summary>Starts one hostile peer, which stops itself after <paramref name="duration"/>; returns once it attacks.</summary>
    /// <exception cref="IOException">It did not start.</exception>
    public async Task<ToolProcess> StartAttackAsync(
        IAttack attack, DemoTransport transport, TimeSpan duration, CancellationToken cancellationToken)
    {
        ToolProcess attacker = Start("demo-attacker", attack.Kind, AddressOf(transport), $"{Math.Ceiling(duration.TotalSeconds)}");
        TaskCompletionSource ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Task reading = ReadAsync(attacker, _ => ready.TrySetResult());
        _readers.Add(reading);
        await Task.WhenAny(ready.Task, reading).WaitAsync(cancellationToken);
        if (!ready.Task.IsCompleted)
            throw new IOException($"The attack '{attack.Kind}' did not start. {attacker.Errors}");
        return attacker;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (ToolProcess process in _all)
            await process.DisposeAsync();
        await Task.WhenAll(_readers);
        File.Delete(_limitsPath);
    }

    private ToolProcess Start(params IEnumerable<string> arguments)
    {
        ToolProcess process = ToolProcess.Start(arguments);
        _all.Add(process);
        return process;
    }

    private static async Task ReadAsync(ToolProcess process, Action<string> read)
    {
        await foreach (string line in process.Lines.ReadAllAsync(CancellationToken.None))
            read(line);
    }

    private static ScopeUsage? ReadStopped(string line)
    {
        using JsonDocument document = JsonDocument.Parse(line);
        JsonElement happened = document.RootElement;
        return happened.GetProperty("event").GetString() == StoppedEvent ? AdminJsonReader.Use(happened.GetProperty("inUse")) : null;
    }

    private static string? ReadReason(string line)
    {
        using JsonDocument document = JsonDocument.Parse(line);
        return document.RootElement.GetProperty("reason").GetString();
    }

    private string AddressOf(DemoTransport transport) => transport == DemoTransport.Tcp
        ? TcpAddress
        : QuicAddress ?? throw new InvalidOperationException("The node does not listen on QUIC.");

    private void ReadListening(string line)
    {
        using JsonDocument document = JsonDocument.Parse(line);
        string[] addresses = [.. document.RootElement.GetProperty("addrs").EnumerateArray().Select(address => address.GetString() ?? "")];
        TcpAddress = addresses[0];
        QuicAddress = addresses.ElementAtOrDefault(1);
        Admin = IPEndPoint.Parse(document.RootElement.GetProperty("admin").GetString() ?? "");
    }
}
