using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Rcmgr.Hosting;

namespace Rcmgr.Tool.Node;

/// <summary>The manager of a node. Its limits follow their files, if there are any, until this is disposed.</summary>
internal sealed class NodeManager : IAsyncDisposable
{
    private readonly ServiceProvider _services;
    private readonly IHostedService[] _watches;

    private NodeManager(ServiceProvider services)
    {
        _services = services;
        _watches = [.. services.GetServices<IHostedService>()];
        Manager = services.GetRequiredService<ResourceManager>();
    }

    public ResourceManager Manager { get; }

    /// <summary>Makes the manager and starts to look at its limits file.</summary>
    /// <param name="settings">What the node is asked for.</param>
    /// <param name="error">Takes what is to be said about limits.</param>
    /// <param name="cancellationToken">Ends the start.</param>
    /// <exception cref="NodeStartException">The limits file cannot be used.</exception>
    public static async Task<NodeManager> StartAsync(NodeSettings settings, TextWriter error, CancellationToken cancellationToken)
    {
        ServiceProvider services = new ServiceCollection()
            .AddLogging(logging => logging.AddProvider(new LineLogger(error)))
            .AddResourceManager(options =>
            {
                options.LimitsFile = settings.LimitsPath;
                options.Lenient = settings.LenientLimits;
                options.ParsePeer = LimitsFile.ParsePeer;
                options.ConnectionLimits = settings.ConnectionLimits;
                options.ConnectionLimitsFile = settings.ConnectionLimitsPath;
                options.CreateManager = created =>
                    new ResourceManager(created with { Allowlist = settings.Allowlist, ObserveOnly = settings.ObserveOnly });
            })
            .BuildServiceProvider();
        try
        {
            NodeManager manager = new(services);
            foreach (IHostedService watch in manager._watches)
                await watch.StartAsync(cancellationToken);
            return manager;
        }
        catch (Exception e)
        {
            await services.DisposeAsync();
            if (e is OptionsValidationException invalid)
                throw new NodeStartException(string.Join(Environment.NewLine, invalid.Failures), e);
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (IHostedService watch in _watches)
            await watch.StopAsync(CancellationToken.None);
        await _services.DisposeAsync();
    }

    /// <summary>Prints what is logged at information and above, each entry with its level.</summary>
    private sealed class LineLogger(TextWriter output) : ILoggerProvider, ILogger
    {
        private readonly TextWriter _output = TextWriter.Synchronized(output);

        public ILogger CreateLogger(string categoryName) => this;

        public bool IsEnabled(LogLevel logLevel) => logLevel is >= LogLevel.Information and < LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
                _output.WriteLine($"{logLevel.ToString().ToLowerInvariant()}: {formatter(state, exception)}");
        }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull =>
            null;

        public void Dispose()
        {
        }
    }
}
