namespace Rcmgr.Libp2p.Swarm;

/// <summary>
/// Serves the streams that remote peers open for one protocol. One instance serves all of them at once, so it must be safe to
/// call from several threads.
/// </summary>
public interface IStreamHandler
{
    /// <summary>The protocol's identifier, such as <c>/ipfs/ping/1.0.0</c>.</summary>
    string ProtocolId { get; }

    /// <summary>
    /// Serves one stream. Its scope has its protocol set; the handler sets its service. The host disposes the stream once the
    /// returned task is done, which resets a stream that the handler did not close. What the scope holds is released then
    /// and no sooner, so reserve on it what the handler itself allocates. An exception ends this stream only.
    /// </summary>
    /// <param name="stream">The stream.</param>
    /// <param name="cancellationToken">Cancelled when the host stops or the connection is over.</param>
    ValueTask HandleAsync(PeerStream stream, CancellationToken cancellationToken);
}
