using Rcmgr.Libp2p.Connections;

namespace Rcmgr.Libp2p.Swarm;

/// <content>Closing connections that the connection manager names.</content>
internal sealed partial class HostSwarm
{
    /// <summary>How often a host looks for connections whose grace period has ended.</summary>
    private static readonly TimeSpan TrimInterval = TimeSpan.FromSeconds(10);

    private async Task TrimRegularlyAsync(ConnectionManager manager)
    {
        using PeriodicTimer timer = new(TrimInterval, _context.Time);
        try
        {
            while (await timer.WaitForNextTickAsync(_stopping.Token))
                Trim(manager);
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // The host stops.
        }
    }

    private void Trim(ConnectionManager manager)
    {
        IReadOnlyList<long> named = manager.SelectForTrim();
        if (named.Count == 0)
            return;
        HashSet<long> leaving = [.. named];
        foreach (PeerConnection connection in _table.All.Where(connection => leaving.Contains(connection.Id)))
            _operations.TryRun(() => CloseQuietlyAsync(connection, ConnectionErrorCode.GarbageCollected));
    }
}
