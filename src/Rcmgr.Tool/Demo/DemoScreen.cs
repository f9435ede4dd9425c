using System.Diagnostics;

namespace Rcmgr.Tool.Demo;

/// <summary>
/// Draws the record: over and over at the same place in a terminal of the given width, else as a line of text every two seconds.
/// </summary>
internal sealed class DemoScreen(TextWriter output, int? terminalWidth)
{
    private static readonly TimeSpan LineInterval = TimeSpan.FromSeconds(2);

    private readonly long _started = Stopwatch.GetTimestamp();
    private long? _lastLine;
    private int _height;

    /// <summary>What goes on now.</summary>
    public string Phase { get; set; } = "starting";

    /// <summary>Whether the last table stays in view.</summary>
    public bool IsTerminal => terminalWidth is not null;

    public async Task DrawAsync(DemoRecord record)
    {
        TimeSpan elapsed = Stopwatch.GetElapsedTime(_started);
        if (terminalWidth is int width)
        {
            await RedrawAsync([.. DemoTable.Rows(record, Phase, elapsed).Select(row => row.Length < width ? row : row[..(width - 1)])]);
            return;
        }

        if (_lastLine is long last && Stopwatch.GetElapsedTime(last) < LineInterval)
            return;

        _lastLine = Stopwatch.GetTimestamp();
        await output.WriteLineAsync(DemoTable.Line(record, Phase, elapsed));
        await output.FlushAsync(CancellationToken.None);
    }

    // A row that wrapped would take two lines, and the next drawing would not begin at the first.
    private async Task RedrawAsync(IReadOnlyList<string> rows)
    {
        string up = _height == 0 ? "" : $"\e[{_height}A";
        _height = rows.Count;
        await output.WriteAsync($"{up}\r\e[J{string.Join(Environment.NewLine, rows)}{Environment.NewLine}");
        await output.FlushAsync(CancellationToken.None);
    }
}
