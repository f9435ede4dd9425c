using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Rcmgr.Hosting.Tests;

/// <summary>Keeps what was logged.</summary>
internal sealed class RecordingLogger : ILogger<ResourceManager>, ILoggerProvider
{
    private readonly ConcurrentQueue<(LogLevel Level, string Text)> _entries = [];

    /// <summary>Takes what was logged since the last time.</summary>
    public string[] Take(LogLevel level)
    {
        (LogLevel Level, string Text)[] entries = [.. _entries];
        _entries.Clear();
        return [.. entries.Where(entry => entry.Level == level).Select(entry => entry.Text)];
    }

    public ILogger CreateLogger(string categoryName) => this;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        _entries.Enqueue((logLevel, formatter(state, exception)));

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull =>
        null;

    public void Dispose()
    {
    }
}
