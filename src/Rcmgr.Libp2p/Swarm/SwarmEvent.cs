using Rcmgr.Libp2p.Identity;
using Rcmgr.Libp2p.Multiaddr;
using Rcmgr.Libp2p.Protocols;

namespace Rcmgr.Libp2p.Swarm;

/// <summary>Something that happened to the host's connections and streams.</summary>
public abstract record SwarmEvent
{
    private protected SwarmEvent()
    {
    }
}

/// <summary>The host listens on <paramref name="Address"/>, its actual port included; told for each address that a wildcard stands for.</summary>
public sealed record ListeningEvent(Multiaddress Address) : SwarmEvent;

/// <summary>A connection is authenticated and muxed.</summary>
public sealed record ConnectionOpenedEvent(PeerId Peer, Multiaddress RemoteAddress, Direction Direction) : SwarmEvent;

/// <summary>A connection is over and holds nothing any more.</summary>
public sealed record ConnectionClosedEvent(PeerId Peer, Multiaddress RemoteAddress, Direction Direction) : SwarmEvent;

/// <summary>The resource manager refused a connection, at its start or during its handshake.</summary>
public sealed record ConnectionRefusedEvent(Multiaddress RemoteAddress, Direction Direction, Refusal Refusal) : SwarmEvent;

/// <summary>The resource manager refused a stream, its window or its protocol.</summary>
public sealed record StreamRefusedEvent(PeerId Peer, Direction Direction, Refusal Refusal) : SwarmEvent;

/// <summary>A peer has told what changed about it; what it left out has not. Its claims are not proven, but for its identity.</summary>
public sealed record PeerChangedEvent(IdentifyInfo Info) : SwarmEvent;

/// <summary>A dial failed for a reason other than a refusal by the resource manager.</summary>
public sealed record DialFailedEvent(Multiaddress Address, Exception Error) : SwarmEvent;
