using Rcmgr.Libp2p.Identity;

namespace Rcmgr.Libp2p.Security;

/// <summary>An identity the remote has proven to hold the key of.</summary>
internal sealed record AuthenticatedPeer(PeerId PeerId, PublicKey PublicKey)
{
    /// <summary>
    /// Accepts the key in <paramref name="publicKey"/> as the remote's identity when it signed <paramref name="signedData"/> and,
    /// where a peer is expected, when it is that peer's.
    /// </summary>
    /// <exception cref="SecurityException">The key is not acceptable, the signature is wrong, or another peer was expected.</exception>
    public static AuthenticatedPeer Authenticate(
        ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> signedData, ReadOnlySpan<byte> signature, PeerId? expected)
    {
        if (!PublicKey.TryParse(publicKey, out var key, out string? error))
            throw new SecurityException(SecurityFailure.UnsupportedKey, error);
        var peer = PeerId.FromPublicKey(key);
        // Compared before the costlier signature: the answer is a refusal either way.
        if (expected is not null && expected != peer)
            throw new SecurityException(SecurityFailure.PeerMismatch, $"Expected peer {expected}, but {peer} answered.");
        if (!key.Verify(signedData, signature))
            throw new SecurityException(SecurityFailure.BadSignature, $"The signature that should prove peer {peer} is wrong.");
        return new AuthenticatedPeer(peer, key);
    }
}
