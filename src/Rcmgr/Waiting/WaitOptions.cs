namespace Rcmgr;

/// <summary>How an operation waits when a limit refuses it.</summary>
/// <param name="Timeout">How long; zero does not wait, <see cref="System.Threading.Timeout.InfiniteTimeSpan"/> waits until it is cancelled.</param>
public readonly record struct WaitOptions(TimeSpan Timeout)
{
    /// <summary>
    /// Who goes first: higher numbers before lower ones; zero by default. For memory the priority of the reservation counts instead.
    /// </summary>
    public byte Priority { get; init; }

    /// <summary>Whose turn a connection takes among others of its priority: the peer that is dialed. Streams and memory know their own.</summary>
    public PeerKey? Peer { get; init; }
}
