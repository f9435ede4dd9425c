using System.Net;
using System.Net.Sockets;
using Rcmgr.Libp2p.Multiaddr;

namespace Rcmgr.Tool.Demo.Attacks;

/// <summary>
/// Sends first packets of QUIC handshakes from many ports, each the beginning of another connection, and goes on with none of them.
/// What the node answers is not read, so nobody counts what it let in.
/// </summary>
internal sealed class InitialFlood(string kind, int ports) : IAttack
{
    private const int MaxPackets = 20_000;
    private const int Burst = 20;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);

    public string Kind => kind;

    public async Task RunAsync(Multiaddress target, AttackCount count, CancellationToken cancellationToken)
    {
        if (!target.TryGetQuicEndPoint(out IPEndPoint? endPoint))
            throw new ArgumentException($"{target} is no address of QUIC.", nameof(target));

        BarePeer.RequireLoopback(endPoint);
        Socket[] sockets = [.. Enumerable.Range(0, ports).Select(_ => new Socket(endPoint.AddressFamily, SocketType.Dgram, ProtocolType.Udp))];
        try
        {
            await SendAsync(sockets, endPoint, count, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Its time is over.
        }
        finally
        {
            foreach (Socket socket in sockets)
                socket.Dispose();
        }
    }

    private static async Task SendAsync(Socket[] sockets, IPEndPoint target, AttackCount count, CancellationToken cancellationToken)
    {
        InitialForger forger = new(await InitialPackets.CaptureAsync(cancellationToken));
        for (int sent = 0; sent < MaxPackets; sent++)
        {
            await sockets[sent % sockets.Length].SendToAsync(forger.Create(Random.Shared), target, cancellationToken);
            count.Attempt();
            if (sent % Burst == Burst - 1)
                await Task.Delay(Pause, cancellationToken);
        }
    }
}
