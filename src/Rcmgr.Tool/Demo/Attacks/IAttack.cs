using Rcmgr.Libp2p.Multiaddr;

namespace Rcmgr.Tool.Demo.Attacks;

/// <summary>One way to misuse a node. Bounded in count by itself and in time by the token; loopback only.</summary>
internal interface IAttack
{
    /// <summary>The word that selects it on the command line.</summary>
    string Kind { get; }

    /// <summary>Attacks until the token is cancelled, then gives up all it holds.</summary>
    Task RunAsync(Multiaddress target, AttackCount count, CancellationToken cancellationToken);
}
