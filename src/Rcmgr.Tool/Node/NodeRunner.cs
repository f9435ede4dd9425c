using System.Net.Sockets;
using Rcmgr.Libp2p;
using Rcmgr.Libp2p.Identity;
using Rcmgr.Libp2p.Protocols;
using Rcmgr.Libp2p.Transports.Quic;
using Rcmgr.Tool.Admin;

namespace Rcmgr.Tool.Node;

/// <summary>Runs one node from its start until it is asked to stop.</summary>
internal static class NodeRunner
{
    private static readonly TimeSpan DrainTimeout = TimeSpan.FromSeconds(10);

    /// <returns>Success when the node holds nothing after it has stopped.</returns>
    public static async Task<int> RunAsync(NodeSettings settings, TextWriter output, TextWriter error, CancellationToken stop)
    {
        try
        {
            await using NodeManager limited = await NodeManager.StartAsync(settings, error, stop);
            using HostIdentity identity = LoadIdentity(settings.KeyPath);
            return await RunAsync(settings, limited.Manager, identity, new NodeOutput(output, settings.Json, settings.ObserveOnly), stop);
        }
        catch (NodeStartException e)
        {
            await error.WriteLineAsync(e.Message);
            return ExitCode.Usage;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return ExitCode.Success;
        }
    }

    private static async Task<int> RunAsync(
        NodeSettings settings, ResourceManager manager, HostIdentity identity, NodeOutput output, CancellationToken stop)
    {
        await using Libp2pHost host = await StartHostAsync(settings, manager, identity, stop);
        QuicUnavailableException? withoutQuic = await ListenByDefaultAsync(settings, host, stop);
        using AdminPages pages = new(manager);
        await using AdminServer? admin = await StartAdminAsync(settings, pages, stop);
        output.Listening(host, admin?.EndPoint);
        if (withoutQuic is not null)
            output.QuicUnavailable(withoutQuic);
        Task events = new NodeEvents(host, output, TimeProvider.System).RunAsync();

        TaskCompletionSource stopping = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using (stop.Register(stopping.SetResult))
            await stopping.Task;

        using CancellationTokenSource drain = new(DrainTimeout);
        await host.StopAsync(drain.Token);
        await events.WaitAsync(drain.Token);
        ScopeUsage inUse = manager.System.Usage;
        output.Stopped(inUse);
        return inUse.IsZero ? ExitCode.Success : ExitCode.Failure;
    }

    private static async Task<Libp2pHost> StartHostAsync(
        NodeSettings settings, ResourceManager manager, HostIdentity identity, CancellationToken stop)
    {
        Libp2pHostOptions options = new()
        {
            Identity = identity,
            ResourceManager = manager,
            ListenAddresses = settings.Listen,
            QuicEngine = settings.QuicEngine,
            Handlers = [new SinkHandler(TimeProvider.System)],
        };
        try
        {
            return await Libp2pHost.StartAsync(
                options with { HandshakeTimeout = settings.HandshakeTimeout ?? options.HandshakeTimeout }, stop);
        }
        catch (Exception e) when (e is SocketException or NotSupportedException)
        {
            throw new NodeStartException($"Cannot listen on {string.Join(", ", settings.Listen)}: {e.Message}", e);
        }
    }

    private static async Task<QuicUnavailableException?> ListenByDefaultAsync(
        NodeSettings settings, Libp2pHost host, CancellationToken stop)
    {
        if (settings.Listen.Count > 0)
            return null;

        try
        {
            return await settings.DefaultListen.ListenAsync(host, stop);
        }
        catch (SocketException e)
        {
            throw new NodeStartException($"Cannot listen on {settings.DefaultListen.Address}: {e.Message}", e);
        }
    }

    private static async Task<AdminServer?> StartAdminAsync(NodeSettings settings, AdminPages pages, CancellationToken stop)
    {
        if (settings.Admin is null)
            return null;

        try
        {
            return await AdminServer.StartAsync(settings.Admin, pages.All, stop);
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            throw new NodeStartException($"The admin endpoint cannot listen on {settings.Admin}: {e.Message}", e);
        }
    }

    private static HostIdentity LoadIdentity(string? path)
    {
        try
        {
            return path is null ? HostIdentity.Generate() : HostIdentity.LoadOrCreate(path);
        }
        catch (Exception e) when (e is IdentityFileException or IOException or UnauthorizedAccessException)
        {
            throw new NodeStartException($"The key file '{path}' cannot be used: {e.Message}", e);
        }
    }
}
