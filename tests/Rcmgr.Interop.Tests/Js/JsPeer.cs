using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Threading.Channels;

namespace Rcmgr.Interop.Tests.Js;

/// <summary>One js-libp2p peer as a child process (interop/js/README.md). Killed at the latest when it is disposed.</summary>
internal sealed class JsPeer : IAsyncDisposable
{
    private readonly Process _process;
    private readonly ConcurrentQueue<JsonElement> _events = new();
    private readonly Channel<JsonElement> _unread = Channel.CreateUnbounded<JsonElement>();
    private readonly Task<string> _errors;
    private readonly Task _reading;

    private JsPeer(Process process)
    {
        _process = process;
        _errors = process.StandardError.ReadToEndAsync();
        _reading = ReadAsync();
    }

    /// <summary>Starts a peer that serves until it is disposed.</summary>
    public static JsPeer Listen(string security = "noise", string key = "ed25519", string transport = "tcp") =>
        Start("listen", "--transport", transport, "--security", security, "--key", key);

    /// <summary>Starts a peer that dials <paramref name="address"/> and does <paramref name="tasks"/> in order.</summary>
    public static JsPeer Dial(
        object address, string tasks, string security = "noise", string key = "ed25519", int streams = 8, int bytes = 0, int hold = 0,
        string transport = "tcp") =>
        Start(
            "dial", "--addr", $"{address}", "--do", tasks, "--transport", transport, "--security", security, "--key", key,
            "--streams", Number(streams), "--bytes", Number(bytes), "--hold", Number(hold), "--timeout", "60000");

    /// <summary>Starts a peer that pings <paramref name="address"/> until its input ends, and waits until it has begun.</summary>
    public static async Task<JsPeer> StartPingingAsync(object address)
    {
        JsPeer js = Dial(address, "ping,pings,ping");
        try
        {
            await js.NextAsync("pinging");
            return js;
        }
        catch
        {
            await js.DisposeAsync();
            throw;
        }
    }

    /// <summary>Ends a peer of <see cref="StartPingingAsync"/>; fails unless every ping was answered. Returns how many.</summary>
    public async Task<int> StopPingingAsync()
    {
        _process.StandardInput.Close();
        Assert.True(await EndAsync() == 0, Transcript());
        Assert.Equal(2, Events("ping").Count);
        Assert.True(Assert.Single(Events("held")).GetProperty("open").GetBoolean());
        int answered = Assert.Single(Events("pings")).GetProperty("count").GetInt32();
        Assert.InRange(answered, 1, int.MaxValue);
        return answered;
    }

    /// <summary>Everything the peer has said so far of one kind.</summary>
    public IReadOnlyList<JsonElement> Events(string name) => [.. _events.Where(said => Name(said) == name)];

    /// <summary>Waits for the next event called <paramref name="name"/>, passing over others; fails when the peer ends without.</summary>
    public async Task<JsonElement> NextAsync(string name)
    {
        using CancellationTokenSource deadline = new(Eventually.Deadline);
        try
        {
            await foreach (JsonElement said in _unread.Reader.ReadAllAsync(deadline.Token))
            {
                if (Name(said) == name)
                    return said;
            }
        }
        catch (OperationCanceledException)
        {
            // Reported below, as is a peer that ended.
        }

        throw new InvalidOperationException($"The js peer did not say '{name}'. {Transcript()}");
    }

    /// <summary>Waits for the peer to end by itself, within 65 seconds, and returns its exit code.</summary>
    public async Task<int> EndAsync()
    {
        await Task.WhenAll(_reading, _process.WaitForExitAsync()).WaitAsync(TimeSpan.FromSeconds(65));
        return _process.ExitCode;
    }

    /// <summary>All that the peer has said, for messages of failing tests.</summary>
    public string Transcript()
    {
        string errors = _errors.IsCompletedSuccessfully ? _errors.Result : "";
        return string.Join(Environment.NewLine, [.. _events.Select(said => said.GetRawText()), errors]);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        await _reading;
        _process.Dispose();
    }

    private static JsPeer Start(params string[] arguments)
    {
        ProcessStartInfo start = new("node", ["--import", "./polyfill.mjs", "peer.mjs", .. arguments])
        {
            WorkingDirectory = JsPeerAvailability.Folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        return new JsPeer(Process.Start(start) ?? throw new InvalidOperationException("node did not start."));
    }

    private async Task ReadAsync()
    {
        try
        {
            while (await _process.StandardOutput.ReadLineAsync() is { } line)
            {
                using JsonDocument document = JsonDocument.Parse(line);
                JsonElement said = document.RootElement.Clone();
                _events.Enqueue(said);
                _unread.Writer.TryWrite(said);
            }
        }
        finally
        {
            _unread.Writer.Complete();
        }
    }

    private static string? Name(JsonElement said) => said.GetProperty("event").GetString();

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);
}
