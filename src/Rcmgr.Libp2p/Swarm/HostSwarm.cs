using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Rcmgr.Libp2p.Connections;
using Rcmgr.Libp2p.Identity;
using Rcmgr.Libp2p.Multiaddr;
using Rcmgr.Libp2p.Transports;
using Rcmgr.Libp2p.Transports.Quic;

namespace Rcmgr.Libp2p.Swarm;

/// <summary>
/// All connections of one host. Commands wait in one bounded queue; one loop takes them and starts an owned operation for each, so the
/// loop itself never waits for the network. A full queue and a stopped host refuse at once.
/// </summary>
internal sealed partial class HostSwarm : IAsyncDisposable
{
    private readonly Libp2pHostOptions _options;
    private readonly ConnectionUpgrader _upgrader;
    private readonly SwarmContext _context;
    private readonly IQuicEngine _quic;
    private readonly ILogger _logger;
    private readonly Channel<SwarmCommand> _commands;
    private readonly OwnedTasks _operations;
    private readonly OwnedTasks _connections;
    private readonly ConnectionTable _table = new();
    private readonly DialBackoff _backoff;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _gate = new();
    private Task _loop = Task.CompletedTask;
    private Task? _stopped;

    public HostSwarm(Libp2pHostOptions options, ConnectionUpgrader upgrader, SwarmContext context)
    {
        _options = options;
        _upgrader = upgrader;
        _context = context;
        _quic = context.Quic;
        _logger = context.Logger;
        _backoff = new DialBackoff(context.Time);
        _operations = new OwnedTasks(_logger);
        _connections = new OwnedTasks(_logger);
        _commands = Channel.CreateBounded<SwarmCommand>(new BoundedChannelOptions(options.CommandQueueCapacity) { SingleReader = true });
    }

    /// <summary>The protocols that are served.</summary>
    public IEnumerable<string> Protocols => _context.Protocols;

    public IReadOnlyList<PeerId> ConnectedPeers => _table.Peers;

    /// <summary>Starts to take commands from the queue.</summary>
    public void Start()
    {
        _loop = Task.Run(DispatchAsync);
        if (_context.ConnectionManager is { } manager)
            _operations.TryRun(() => TrimRegularlyAsync(manager));
    }

    public Task<Multiaddress> ListenAsync(Multiaddress address, CancellationToken cancellationToken) =>
        Enqueue(new ListenCommand(address, cancellationToken));

    public Task<PeerId> DialAsync(Multiaddress address, CancellationToken cancellationToken) =>
        Enqueue(new DialCommand(address, cancellationToken));

    public Task<PeerId> DialAnyAsync(PeerId peer, IReadOnlyList<Multiaddress> addresses, CancellationToken cancellationToken) =>
        Enqueue(new DialAnyCommand(peer, addresses, cancellationToken));

    public Task<PeerStream> OpenStreamAsync(PeerId peer, string protocol, CancellationToken cancellationToken) =>
        Enqueue(new OpenStreamCommand(peer, protocol, cancellationToken));

    public Task<bool> CloseStreamAsync(PeerStream stream, CancellationToken cancellationToken) =>
        Enqueue(new CloseStreamCommand(stream, cancellationToken));

    public Task<bool> ClosePeerAsync(PeerId peer, uint code, CancellationToken cancellationToken) =>
        Enqueue(new ClosePeerCommand(peer, code, cancellationToken));

    /// <summary>Starts an operation that the swarm ends and waits for when it stops; false when it has stopped.</summary>
    public bool TryRun(Func<CancellationToken, Task> operation) => _operations.TryRun(() => operation(_stopping.Token));

    /// <summary>
    /// Stops accepting, tells every peer, ends all that runs and waits for it, within a bounded time. The same task for every caller.
    /// </summary>
    public Task StopAsync()
    {
        lock (_gate)
            return _stopped ??= StopCoreAsync();
    }

    public async ValueTask DisposeAsync() => await StopAsync();

    private Task<T> Enqueue<T>(SwarmCommand<T> command)
    {
        if (_commands.Writer.TryWrite(command))
            return command.Outcome.Task;
        return Task.FromException<T>(
            _stopping.IsCancellationRequested ? new HostStoppedException() : new CommandQueueFullException(_options.CommandQueueCapacity));
    }

    private async Task DispatchAsync()
    {
        await foreach (SwarmCommand command in _commands.Reader.ReadAllAsync())
        {
            if (!TryStart(command))
                command.Fail(new HostStoppedException());
        }
    }

    private bool TryStart(SwarmCommand command) => !_stopping.IsCancellationRequested && command switch
    {
        ListenCommand listen => TryStart(listen, token => ListenCoreAsync(listen.Address, token)),
        DialCommand dial => TryStart(dial, token => DialCoreAsync(dial.Address, token)),
        DialAnyCommand dial => TryStart(dial, token => DialAnyCoreAsync(dial.Peer, dial.Addresses, token)),
        OpenStreamCommand open => TryStart(open, token => OpenStreamCoreAsync(open.Peer, open.Protocol, token)),
        CloseStreamCommand close => TryStart(close, token => CloseStreamCoreAsync(close.Stream, token)),
        ClosePeerCommand close => TryStart(close, token => ClosePeerCoreAsync(close.Peer, close.Code, token)),
        _ => throw new InvalidOperationException($"Unknown command {command.GetType()}."),
    };

    private bool TryStart<T>(SwarmCommand<T> command, Func<CancellationToken, Task<T>> operation) =>
        _operations.TryRun(() => RunAsync(command, operation));

    private async Task RunAsync<T>(SwarmCommand<T> command, Func<CancellationToken, Task<T>> operation)
    {
        try
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(command.CancellationToken, _stopping.Token);
            either.Token.ThrowIfCancellationRequested();
            command.Outcome.TrySetResult(await operation(either.Token));
        }
        catch (OperationCanceledException) when (command.CancellationToken.IsCancellationRequested)
        {
            command.Outcome.TrySetCanceled(command.CancellationToken);
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            command.Fail(new HostStoppedException());
        }
        catch (Exception e)
        {
            command.Fail(e);
        }
    }

    private async Task StopCoreAsync()
    {
        await _stopping.CancelAsync();
        _commands.Writer.TryComplete();
        // Commands of a swarm that was never started have to be failed too.
        if (_loop.IsCompleted)
            Start();
        await _loop;
        await CloseListenersAsync();

        Task[] closing = [.. _table.Close().Select(connection => CloseQuietlyAsync(connection, ConnectionErrorCode.Shutdown))];
        Task ended = Task.WhenAll([.. closing, _operations.CompleteAsync(), _connections.CompleteAsync()]);
        try
        {
            await ended.WaitAsync(_options.DrainTimeout, _context.Time);
        }
        catch (TimeoutException)
        {
            LogStillRunning(_logger, _operations.Running, _connections.Running);
        }

        await _quic.DisposeAsync();
        _context.Events.Complete();
    }

    [LoggerMessage(Level = LogLevel.Warning,
        Message = "The host stops although {Operations} operations and {Connections} connections have not ended; their accounts stay open")]
    private static partial void LogStillRunning(ILogger logger, int operations, int connections);
}
