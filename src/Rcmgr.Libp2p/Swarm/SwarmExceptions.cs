using Rcmgr.Libp2p.Identity;
using Rcmgr.Libp2p.Multiaddr;

namespace Rcmgr.Libp2p.Swarm;

/// <summary>The host has as many commands waiting as it may hold. Nothing was started; try again later.</summary>
public sealed class CommandQueueFullException : InvalidOperationException
{
    /// <summary>Creates the exception for a queue of <paramref name="capacity"/> commands.</summary>
    public CommandQueueFullException(int capacity)
        : base($"The host's command queue is full ({capacity} commands).")
    {
    }
}

/// <summary>The host stops or has stopped, and takes no more commands.</summary>
public sealed class HostStoppedException : InvalidOperationException
{
    /// <summary>Creates the exception.</summary>
    public HostStoppedException()
        : base("The host has been stopped.")
    {
    }
}

/// <summary>There is no connection to the peer.</summary>
public sealed class NotConnectedException : InvalidOperationException
{
    /// <summary>Creates the exception for <paramref name="peer"/>.</summary>
    public NotConnectedException(PeerId peer)
        : base($"There is no connection to peer {peer}.")
    {
        Peer = peer;
    }

    /// <summary>The peer.</summary>
    public PeerId Peer { get; }
}

/// <summary>
/// A dial failed, and the network or the remote is to blame; the cause is inside. A refusal by the own resource manager is no such
/// failure: it reaches the caller as <see cref="ResourceLimitExceededException"/>.
/// </summary>
public sealed class DialFailedException : IOException
{
    /// <summary>Creates the exception for a dial of <paramref name="address"/>.</summary>
    public DialFailedException(Multiaddress address, Exception cause)
        : base($"Dialing {address} failed: {cause?.Message}", cause)
    {
        Address = address;
    }

    /// <summary>What was dialed.</summary>
    public Multiaddress Address { get; }
}
