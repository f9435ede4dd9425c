using System.Diagnostics;

namespace Rcmgr.Tool.Demo;

/// <summary>Counts for one honest peer. Used by one task at a time.</summary>
internal sealed class HonestTally
{
    private readonly long _started = Stopwatch.GetTimestamp();
    private readonly List<TimeSpan> _pings = [];
    private TimeSpan? _connectedAfter;
    private string _lastError = "";
    private int _dials;
    private int _echoes;
    private int _lost;

    public void Dial() => _dials++;

    public void Connected() => _connectedAfter = Stopwatch.GetElapsedTime(_started);

    public void NotConnected(Exception why) => _lastError = why.Message;

    public void Ping(TimeSpan roundTrip) => _pings.Add(roundTrip);

    public void Echo() => _echoes++;

    public void Lose(Exception why)
    {
        _lost++;
        _lastError = why.Message;
    }

    public HonestReport Report()
    {
        TimeSpan[] sorted = [.. _pings.Order()];
        return new HonestReport(
            _dials, _connectedAfter, sorted.Length, _echoes, _lost, Percentile(sorted, 50), Percentile(sorted, 99), _lastError);
    }

    /// <summary>The smallest value that at least <paramref name="percent"/> of a hundred values do not exceed.</summary>
    internal static TimeSpan Percentile(IReadOnlyList<TimeSpan> sorted, int percent) =>
        sorted.Count == 0 ? TimeSpan.Zero : sorted[(((sorted.Count * percent) + 99) / 100) - 1];
}
