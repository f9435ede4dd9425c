using Google.Protobuf;
using Rcmgr.Libp2p.Identity;

namespace Rcmgr.Libp2p.Security.Noise;

/// <summary>What libp2p puts into the handshake: the proof that a peer's identity vouches for its Noise key, and its muxers.</summary>
internal static class NoisePayload
{
    private static readonly MessageParser<NoiseHandshakePayload> Parser = NoiseHandshakePayload.Parser.WithDiscardUnknownFields(true);

    private static ReadOnlySpan<byte> SignaturePrefix => "noise-libp2p-static-key:"u8;

    /// <summary>The proof for <paramref name="staticKey"/>; it holds for every handshake with that key.</summary>
    public static NoiseHandshakePayload CreateProof(HostIdentity identity, ReadOnlySpan<byte> staticKey) => new()
    {
        IdentityKey = ByteString.CopyFrom(identity.PublicKey.ToProtobuf()),
        IdentitySig = ByteString.CopyFrom(identity.Sign(SignedData(staticKey))),
    };

    /// <summary>Serializes <paramref name="proof"/> with a list of muxers.</summary>
    public static byte[] Serialize(NoiseHandshakePayload proof, IEnumerable<string> muxers)
    {
        var payload = proof.Clone();
        payload.Extensions = new NoiseExtensions { StreamMuxers = { muxers } };
        return payload.ToByteArray();
    }

    /// <summary>Checks the remote's payload against the Noise key it used.</summary>
    /// <exception cref="SecurityException">The payload is malformed or does not prove an acceptable identity.</exception>
    public static (AuthenticatedPeer Peer, IReadOnlyList<string> Muxers) Verify(
        ReadOnlySpan<byte> payload, ReadOnlySpan<byte> remoteStaticKey, PeerId? expected)
    {
        var parsed = Parse(payload);
        var peer = AuthenticatedPeer.Authenticate(
            parsed.IdentityKey.Span, SignedData(remoteStaticKey), parsed.IdentitySig.Span, expected);
        return (peer, parsed.Extensions?.StreamMuxers ?? []);
    }

    /// <summary>
    /// The first of the initiator's muxers that the responder has too (inlined-muxer-negotiation specification). Null when a side
    /// sent none, so that multistream-select decides.
    /// </summary>
    /// <exception cref="SecurityException">Both sides sent muxers and share none.</exception>
    public static string? SelectMuxer(IReadOnlyList<string> initiators, IReadOnlyList<string> responders)
    {
        if (initiators.Count == 0 || responders.Count == 0)
            return null;
        return initiators.FirstOrDefault(responders.Contains)
            ?? throw new SecurityException(SecurityFailure.NoCommonMuxer, "Both sides sent their muxers and share none.");
    }

    private static NoiseHandshakePayload Parse(ReadOnlySpan<byte> payload)
    {
        try
        {
            return Parser.ParseFrom(payload);
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new SecurityException(SecurityFailure.Malformed, "The Noise handshake payload is not a valid message.", e);
        }
    }

    private static byte[] SignedData(ReadOnlySpan<byte> staticKey) => [.. SignaturePrefix, .. staticKey];
}
