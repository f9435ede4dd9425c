using Rcmgr.Libp2p.Security.Noise;

namespace Rcmgr.Libp2p.Tests.Security;

/// <summary>The published Noise_XX_25519_ChaChaPoly_SHA256 vector of the cacophony collection.</summary>
public sealed class NoiseVectorTests
{
    private const string Prologue = "4a6f686e2047616c74";
    private const string InitiatorStatic = "e61ef9919cde45dd5f82166404bd08e38bceb5dfdfded0a34c8df7ed542214d1";
    private const string InitiatorEphemeral = "893e28b9dc6ca8d611ab664754b8ceb7bac5117349a4439a6b0569da977c464a";
    private const string ResponderStatic = "4a3acbfdb163dec651dfa3194dece676d437029c62a408b4c5ea9114246e4893";
    private const string ResponderEphemeral = "bbdb4cdbd309f1a1f2e1456967fe288cadd6f712d65dc7b7793d5e63da6b375b";
    private const string HandshakeHash = "c8e5f64e846193be2a834104c2a009868d6c9f3bd3c186299888b488b2f1f58e";

    private static readonly (string Payload, string Ciphertext)[] Messages =
    [
        ("4c756477696720766f6e204d69736573", "ca35def5ae56cec33dc2036731ab14896bc4c75dbb07a61f879f8e3afa4c79444c756477696720766f6e204d69736573"),
        ("4d757272617920526f746862617264", "95ebc60d2b1fa672c1f46a8aa265ef51bfe38e7ccb39ec5be34069f14480884381cbad1f276e038c48378ffce2b65285e08d6b68aaa3629a5a8639392490e5b9bd5269c2f1e4f488ed8831161f19b7815528f8982ffe09be9b5c412f8a0db50f8814c7194e83f23dbd8d162c9326ad"),
        ("462e20412e20486179656b", "c7195ffacac1307ff99046f219750fc47693e23c3cb08b89c2af808b444850a80ae475b9df0f169ae80a89be0865b57f58c9fea0d4ec82a286427402f113e4b6ae769a1d95941d49b25030"),
        ("4361726c204d656e676572", "96763ed773f8e47bb3712f0e29b3060ffc956ffc146cee53d5e1df"),
        ("4a65616e2d426170746973746520536179", "3e40f15f6f3a46ae446b253bf8b1d9ffb6ed9b174d272328ff91a7e2e5c79c07f5"),
        ("457567656e2042f6686d20766f6e2042617765726b", "eb3f3515110702e047a6c9da4478b6ead94873c11c0f2d710ddb3f09fce024b3a58502ae3f"),
    ];

    [Fact]
    public void Handshake_and_transport_messages_match_the_published_vector()
    {
        using var initiatorStatic = NoiseKeyPair.Import(Convert.FromHexString(InitiatorStatic));
        using var responderStatic = NoiseKeyPair.Import(Convert.FromHexString(ResponderStatic));
        using var initiator = Create(true, initiatorStatic, InitiatorEphemeral);
        using var responder = Create(false, responderStatic, ResponderEphemeral);

        foreach (int index in Enumerable.Range(0, 3))
        {
            var (writer, reader) = index == 1 ? (responder, initiator) : (initiator, responder);
            byte[] message = new byte[256];
            int length = writer.WriteMessage(Convert.FromHexString(Messages[index].Payload), message);
            Assert.Equal(Messages[index].Ciphertext, Convert.ToHexStringLower(message.AsSpan(0, length)));
            byte[] payload = new byte[256];
            int payloadLength = reader.ReadMessage(message.AsSpan(0, length), payload);
            Assert.Equal(Messages[index].Payload, Convert.ToHexStringLower(payload.AsSpan(0, payloadLength)));
        }

        Assert.Equal(HandshakeHash, Convert.ToHexStringLower(initiator.Hash));
        Assert.Equal(HandshakeHash, Convert.ToHexStringLower(responder.Hash));
        Assert.Equal(responderStatic.PublicKey, initiator.RemoteStaticKey);
        Assert.Equal(initiatorStatic.PublicKey, responder.RemoteStaticKey);
        AssertTransport(initiator, responder);
    }

    [Fact]
    public void Message_out_of_turn_is_refused()
    {
        using var keys = NoiseKeyPair.Generate();
        using var initiator = Create(true, keys, InitiatorEphemeral);
        using var responder = Create(false, keys, ResponderEphemeral);

        Assert.Throws<InvalidOperationException>(() => responder.WriteMessage(default, new byte[256]));
        Assert.Throws<InvalidOperationException>(() => initiator.ReadMessage(new byte[256], new byte[256]));
        Assert.Throws<InvalidOperationException>(() => initiator.Split());
    }

    private static void AssertTransport(NoiseHandshake initiator, NoiseHandshake responder)
    {
        var (initiatorSend, initiatorReceive) = initiator.Split();
        var (responderSend, responderReceive) = responder.Split();
        using var disposables = new CipherSet(initiatorSend, initiatorReceive, responderSend, responderReceive);
        foreach (int index in Enumerable.Range(3, 3))
        {
            var (send, receive) = index % 2 == 1 ? (responderSend, initiatorReceive) : (initiatorSend, responderReceive);
            byte[] payload = Convert.FromHexString(Messages[index].Payload);
            byte[] message = new byte[payload.Length + NoiseCipher.TagBytes];
            send.Encrypt(default, payload, message);
            Assert.Equal(Messages[index].Ciphertext, Convert.ToHexStringLower(message));
            receive.Decrypt(default, message, message);
            Assert.Equal(payload, message[..payload.Length]);
        }
    }

    private static NoiseHandshake Create(bool isInitiator, NoiseKeyPair staticKeys, string ephemeral) =>
        new(isInitiator, staticKeys, NoiseKeyPair.Import(Convert.FromHexString(ephemeral)), Convert.FromHexString(Prologue));

    private sealed class CipherSet(params NoiseCipher[] ciphers) : IDisposable
    {
        public void Dispose() => Array.ForEach(ciphers, cipher => cipher.Dispose());
    }
}
