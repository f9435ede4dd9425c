using System.Net;
using System.Net.Sockets;

namespace Rcmgr.Interop.Tests.Flood;

/// <summary>
/// Many connections at once, each by an identity of its own, each kept as long as the host keeps it: a half stay silent after TCP
/// has connected, the others prove their identity.
/// </summary>
internal sealed class ConnectionFlood : IAsyncDisposable
{
    private readonly LoopbackClient[] _clients;
    private int _authenticated;

    private ConnectionFlood(LoopbackClient[] clients) => _clients = clients;

    /// <summary>Connections whose handshake the host completed.</summary>
    public int Authenticated => _authenticated;

    /// <summary>Returns when the host has let in or refused every one of <paramref name="count"/> connections.</summary>
    public static async Task<ConnectionFlood> RunAsync(IPEndPoint endPoint, int count)
    {
        using CancellationTokenSource deadline = new(Eventually.Deadline);
        LoopbackClient?[] tried = await Task.WhenAll(Enumerable.Range(0, count).Select(_ => ConnectAsync(endPoint, deadline.Token)));
        LoopbackClient[] clients = [.. tried.OfType<LoopbackClient>()];
        ConnectionFlood flood = new(clients);
        await Task.WhenAll(clients.Where((_, i) => i % 2 == 0).Select(client => flood.AuthenticateAsync(client, deadline.Token)));
        return flood;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (LoopbackClient client in _clients)
            await client.DisposeAsync();
    }

    /// <summary>Null when the host refused so fast that the reset came before the kernel had reported the connection.</summary>
    private static async Task<LoopbackClient?> ConnectAsync(IPEndPoint endPoint, CancellationToken cancellationToken)
    {
        try
        {
            return await LoopbackClient.ConnectAsync(endPoint, cancellationToken);
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionReset)
        {
            return null;
        }
    }

    private async Task AuthenticateAsync(LoopbackClient client, CancellationToken cancellationToken)
    {
        try
        {
            await client.SecureAsync(cancellationToken);
            Interlocked.Increment(ref _authenticated);
        }
        catch (IOException)
        {
            // Refused: the host has closed the connection.
        }
    }
}
