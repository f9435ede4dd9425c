using System.Diagnostics;
using System.Threading.Channels;

namespace Rcmgr.Tool.Demo;

/// <summary>
/// This tool in a process of its own. It is asked to stop by the end of its input, so it also stops when this process dies
/// without a word; whoever does not stop in time is killed, at the latest when this is disposed.
/// </summary>
internal sealed class ToolProcess : IAsyncDisposable
{
    private const string ToolName = "Rcmgr.Tool";
    private const string DotNet = "dotnet";
    private const int MaxErrorLines = 20;

    private readonly Process _process;
    private readonly Channel<string> _lines = Channel.CreateUnbounded<string>(new UnboundedChannelOptions { SingleReader = true });
    private readonly List<string> _errors = [];
    private readonly Task _reading;

    private ToolProcess(Process process)
    {
        _process = process;
        _reading = Task.WhenAll(ReadOutputAsync(), ReadErrorsAsync());
    }

    /// <summary>What it prints, line by line; ends when it does.</summary>
    public ChannelReader<string> Lines => _lines.Reader;

    /// <summary>The id of the process.</summary>
    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <summary>The exit code; valid once it has exited.</summary>
    public int ExitCode => _process.ExitCode;

    /// <summary>The first lines of its error stream.</summary>
    public string Errors
    {
        get
        {
            lock (_errors)
                return string.Join(Environment.NewLine, _errors);
        }
    }

    public static ToolProcess Start(params IEnumerable<string> arguments) => Start(new Dictionary<string, string>(), arguments);

    /// <summary>Starts the tool with <paramref name="environment"/> besides this process's own.</summary>
    public static ToolProcess Start(IReadOnlyDictionary<string, string> environment, params IEnumerable<string> arguments)
    {
        ProcessStartInfo start = StartInfo(arguments);
        (start.RedirectStandardInput, start.RedirectStandardOutput, start.RedirectStandardError) = (true, true, true);
        foreach ((string name, string value) in environment)
            start.Environment[name] = value;

        return new ToolProcess(Process.Start(start) ?? throw new IOException($"'{start.FileName}' did not start."));
    }

    /// <summary>What starts the tool with <paramref name="arguments"/>.</summary>
    public static ProcessStartInfo StartInfo(IEnumerable<string> arguments)
    {
        ProcessStartInfo start = new();
        (start.FileName, bool isHost) = Executable();
        if (isHost)
            start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, ToolName + ".dll"));
        foreach (string argument in arguments)
            start.ArgumentList.Add(argument);
        return start;
    }

    /// <summary>Writes an empty line to its input.</summary>
    /// <exception cref="IOException">It has exited.</exception>
    public async Task AskAsync(CancellationToken cancellationToken)
    {
        await _process.StandardInput.WriteLineAsync(ReadOnlyMemory<char>.Empty, cancellationToken);
        await _process.StandardInput.FlushAsync(cancellationToken);
    }

    /// <summary>The next line that it prints.</summary>
    /// <exception cref="IOException">It ended without one.</exception>
    /// <exception cref="OperationCanceledException">There was none within <paramref name="patience"/>, or the caller gave up.</exception>
    public async Task<string> ReadLineAsync(TimeSpan patience, CancellationToken cancellationToken)
    {
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        either.CancelAfter(patience);
        return await Lines.WaitToReadAsync(either.Token) && Lines.TryRead(out string? line)
            ? line
            : throw new IOException("The other process ended without an answer: " + Errors);
    }

    /// <summary>Asks it to stop, and kills it if it has not exited after <paramref name="patience"/>; returns whether it stopped itself.</summary>
    public async Task<bool> StopAsync(TimeSpan patience)
    {
        bool stopped = true;
        try
        {
            _process.StandardInput.Close();
            using CancellationTokenSource timeout = new(patience);
            await _process.WaitForExitAsync(timeout.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            stopped = false;
        }

        await KillAsync();
        return stopped;
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        await _reading;
        _process.Dispose();
    }

    private async Task KillAsync()
    {
        // Killing what has exited already does nothing.
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
    }

    private async Task ReadOutputAsync()
    {
        while (await _process.StandardOutput.ReadLineAsync() is string line)
            _lines.Writer.TryWrite(line);
        _lines.Writer.Complete();
    }

    private async Task ReadErrorsAsync()
    {
        while (await _process.StandardError.ReadLineAsync() is string line)
        {
            lock (_errors)
            {
                if (_errors.Count < MaxErrorLines)
                    _errors.Add(line);
            }
        }
    }

    // The tool runs as an executable of its own, or as an assembly that some .NET host has loaded.
    private static (string Path, bool IsHost) Executable()
    {
        string current = Environment.ProcessPath ?? DotNet;
        // Other programs' names may begin with the tool's, and only an .exe is no part of a name.
        return Path.GetFileName(current) switch
        {
            ToolName or ToolName + ".exe" => (current, false),
            DotNet or DotNet + ".exe" => (current, true),
            _ => (DotNet, true),
        };
    }
}
