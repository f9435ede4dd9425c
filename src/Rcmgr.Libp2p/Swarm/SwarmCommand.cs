using Rcmgr.Libp2p.Identity;
using Rcmgr.Libp2p.Multiaddr;

namespace Rcmgr.Libp2p.Swarm;

/// <summary>Something the swarm is asked to do, and the place of its outcome.</summary>
internal abstract record SwarmCommand(CancellationToken CancellationToken)
{
    public abstract void Fail(Exception error);
}

/// <summary>A command that results in a <typeparamref name="T"/>.</summary>
internal abstract record SwarmCommand<T>(CancellationToken CancellationToken) : SwarmCommand(CancellationToken)
{
    public TaskCompletionSource<T> Outcome { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public override void Fail(Exception error) => Outcome.TrySetException(error);
}

internal sealed record ListenCommand(Multiaddress Address, CancellationToken CancellationToken)
    : SwarmCommand<Multiaddress>(CancellationToken);

internal sealed record DialCommand(Multiaddress Address, CancellationToken CancellationToken)
    : SwarmCommand<PeerId>(CancellationToken);

/// <summary>Dials several addresses of one peer; the first connection wins.</summary>
internal sealed record DialAnyCommand(PeerId Peer, IReadOnlyList<Multiaddress> Addresses, CancellationToken CancellationToken)
    : SwarmCommand<PeerId>(CancellationToken);

internal sealed record OpenStreamCommand(PeerId Peer, string Protocol, CancellationToken CancellationToken)
    : SwarmCommand<PeerStream>(CancellationToken);

internal sealed record CloseStreamCommand(PeerStream Stream, CancellationToken CancellationToken)
    : SwarmCommand<bool>(CancellationToken);

/// <summary>Closes every connection of a peer; true when there was one.</summary>
internal sealed record ClosePeerCommand(PeerId Peer, uint Code, CancellationToken CancellationToken)
    : SwarmCommand<bool>(CancellationToken);
