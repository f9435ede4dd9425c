using Rcmgr.Libp2p.Identity;

namespace Rcmgr.Libp2p.Security;

/// <summary>
/// Turns a raw byte stream into an authenticated, encrypted one. One instance serves many connections at once (thread-safe).
/// </summary>
internal interface ISecurityProtocol
{
    /// <summary>The id by which multistream-select offers this protocol.</summary>
    string ProtocolId { get; }

    /// <summary>Upper bound of the memory one running handshake holds, in bytes. The host reserves it beforehand.</summary>
    int HandshakeBufferBytes { get; }

    /// <summary>Upper bound of the memory one secured stream holds while it moves data, in bytes.</summary>
    int TransportBufferBytes { get; }

    /// <summary>
    /// Runs the handshake. On success the returned channel owns <paramref name="raw"/>; on any failure <paramref name="raw"/> is disposed.
    /// </summary>
    /// <param name="raw">The connection below; it must allow one read and one write at the same time.</param>
    /// <param name="isInitiator">True on the side that dialled.</param>
    /// <param name="expectedRemote">The peer that must answer, or null to accept any identity.</param>
    /// <param name="ct">Ends the handshake at any point; also carries its deadline.</param>
    /// <exception cref="SecurityException">The remote broke the protocol or is not who it should be.</exception>
    /// <exception cref="IOException">The connection below failed.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="ct"/> fired.</exception>
    ValueTask<SecuredChannel> SecureAsync(Stream raw, bool isInitiator, PeerId? expectedRemote, CancellationToken ct);
}

/// <summary>The outcome of a handshake.</summary>
/// <param name="Stream">The encrypted stream: one reader and one writer at a time. Disposing it closes the connection below.</param>
/// <param name="RemotePeer">The proven identity of the remote.</param>
/// <param name="RemoteKey">The key that <paramref name="RemotePeer"/> is derived from.</param>
/// <param name="Muxer">The muxer agreed on within the handshake, or null when multistream-select has to follow.</param>
internal sealed record SecuredChannel(Stream Stream, PeerId RemotePeer, PublicKey RemoteKey, string? Muxer);
