using System.Buffers;
using Rcmgr.Libp2p.Identity;

namespace Rcmgr.Libp2p.Security.Noise;

/// <summary>
/// libp2p's Noise handshake: Noise_XX_25519_ChaChaPoly_SHA256 with both identities proven in the encrypted payloads (libp2p
/// noise specification). Dispose it after its last handshake.
/// </summary>
internal sealed class NoiseProtocol : ISecurityProtocol, IDisposable
{
    /// <summary>The message buffers of a handshake and what parsing and keys allocate besides, rounded up.</summary>
    public const int HandshakeBufferBytes = 2 * NoiseHandshakeChannel.BufferBytes;

    /// <summary>What a stream holds while it reads and writes at full speed. It holds next to nothing while idle.</summary>
    public const int TransportBufferBytes = NoiseReader.MaxBufferBytes + NoiseWriter.MaxBufferBytes;

    private readonly NoiseKeyPair _staticKeys = NoiseKeyPair.Generate();
    private readonly NoiseHandshakePayload _proof;
    private readonly IReadOnlyList<string> _muxers;

    /// <param name="identity">The identity this side proves; signs once, here.</param>
    /// <param name="muxers">The supported muxers, most preferred first. May be empty: then multistream-select always follows.</param>
    public NoiseProtocol(HostIdentity identity, IReadOnlyList<string> muxers)
    {
        _muxers = [.. muxers];
        _proof = NoisePayload.CreateProof(identity, _staticKeys.PublicKey);
    }

    public string ProtocolId => "/noise";

    int ISecurityProtocol.HandshakeBufferBytes => HandshakeBufferBytes;

    int ISecurityProtocol.TransportBufferBytes => TransportBufferBytes;

    public async ValueTask<SecuredChannel> SecureAsync(Stream raw, bool isInitiator, PeerId? expectedRemote, CancellationToken ct)
    {
        try
        {
            using var handshake = new NoiseHandshake(isInitiator, _staticKeys, NoiseKeyPair.Generate(), prologue: default);
            using var channel = new NoiseHandshakeChannel(raw, handshake);
            var (peer, muxer) = isInitiator
                ? await InitiateAsync(channel, handshake, expectedRemote, ct)
                : await RespondAsync(channel, handshake, expectedRemote, ct);
            var (send, receive) = handshake.Split();
            var stream = new NoiseStream(raw, send, receive, ArrayPool<byte>.Shared);
            return new SecuredChannel(stream, peer.PeerId, peer.PublicKey, muxer);
        }
        catch
        {
            await raw.DisposeAsync();
            throw;
        }
    }

    public void Dispose() => _staticKeys.Dispose();

    private async ValueTask<(AuthenticatedPeer Peer, string? Muxer)> InitiateAsync(
        NoiseHandshakeChannel channel, NoiseHandshake handshake, PeerId? expected, CancellationToken ct)
    {
        await channel.SendAsync(default, ct);
        var payload = await channel.ReceiveAsync(ct);
        var (peer, responders) = NoisePayload.Verify(payload.Span, handshake.RemoteStaticKey, expected);
        string? muxer = NoisePayload.SelectMuxer(_muxers, responders);
        // Naming the choice alone leaves no room for a remote that would pick by another order.
        await channel.SendAsync(NoisePayload.Serialize(_proof, muxer is null ? _muxers : [muxer]), ct);
        return (peer, muxer);
    }

    private async ValueTask<(AuthenticatedPeer Peer, string? Muxer)> RespondAsync(
        NoiseHandshakeChannel channel, NoiseHandshake handshake, PeerId? expected, CancellationToken ct)
    {
        await channel.ReceiveAsync(ct);
        await channel.SendAsync(NoisePayload.Serialize(_proof, _muxers), ct);
        var payload = await channel.ReceiveAsync(ct);
        var (peer, initiators) = NoisePayload.Verify(payload.Span, handshake.RemoteStaticKey, expected);
        return (peer, NoisePayload.SelectMuxer(initiators, _muxers));
    }
}
