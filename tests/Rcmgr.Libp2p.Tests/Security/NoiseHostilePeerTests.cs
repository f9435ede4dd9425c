using System.Buffers.Binary;
using CsCheck;
using Google.Protobuf;
using Rcmgr.Libp2p.Security;
using Rcmgr.Libp2p.Security.Noise;
using static Rcmgr.Libp2p.Tests.Security.Handshakes;

namespace Rcmgr.Libp2p.Tests.Security;

/// <summary>Remotes that speak Noise correctly up to the point where they cheat.</summary>
public sealed class NoiseHostilePeerTests
{
    [Theory]
    [InlineData(true, 4097)]
    [InlineData(false, 4097)]
    [InlineData(true, 65535)]
    [InlineData(false, 65535)]
    public async Task Announced_length_above_the_limit_is_refused_before_its_bytes_come(bool weInitiate, int length)
    {
        var (a, b) = DuplexEnd.CreatePair();
        await b.WriteAsync(new byte[] { (byte)(length >> 8), (byte)length }, Deadline);

        var outcome = await OutcomeAsync(Noise(Alice, Yamux).SecureAsync(a, weInitiate, null, Deadline));

        Assert.Equal(SecurityFailure.TooLarge, FailureOf(outcome));
        Assert.True(a.IsDisposed);
    }

    [Theory]
    [InlineData(true, 0)]
    [InlineData(true, 95)]
    [InlineData(false, 0)]
    [InlineData(false, 31)]
    public async Task Message_too_short_for_its_keys_is_malformed(bool weInitiate, int length)
    {
        var (a, b) = DuplexEnd.CreatePair();
        byte[] message = new byte[length];
        if (length > 32)
            NoiseKeyPair.Generate().PublicKey.CopyTo(message);
        await SendFrameAsync(b, message);

        var outcome = await OutcomeAsync(Noise(Alice, Yamux).SecureAsync(a, weInitiate, null, Deadline));

        Assert.True(FailureOf(outcome) is SecurityFailure.Malformed or SecurityFailure.DecryptionFailed, outcome?.ToString());
    }

    [Theory]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("0100000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800")]
    [InlineData("5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157")]
    [InlineData("ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")]
    [InlineData("edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")]
    [InlineData("eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")]
    public async Task Key_of_low_order_is_refused(string key)
    {
        var (a, b) = DuplexEnd.CreatePair();
        await SendFrameAsync(b, Convert.FromHexString(key));

        var outcome = await OutcomeAsync(Noise(Alice, Yamux).SecureAsync(a, false, null, Deadline));

        Assert.Equal(SecurityFailure.WeakKey, FailureOf(outcome));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Payload_that_is_no_message_is_malformed(bool weInitiate) =>
        Assert.Equal(SecurityFailure.Malformed, await FailureAgainstAsync(weInitiate, _ => [0x0a, 0x7f, 1, 2]));

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Payload_without_an_identity_is_refused(bool weInitiate) =>
        Assert.Equal(SecurityFailure.UnsupportedKey, await FailureAgainstAsync(weInitiate, _ => []));

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Identity_key_of_unknown_type_is_refused(bool weInitiate) =>
        Assert.Equal(SecurityFailure.UnsupportedKey, await FailureAgainstAsync(weInitiate, staticKey =>
        {
            var payload = NoisePayload.CreateProof(Carol, staticKey);
            payload.IdentityKey = ByteString.CopyFrom(0x08, 0x63, 0x12, 0x01, 0x00);
            return payload.ToByteArray();
        }));

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Payload_replayed_from_another_handshake_is_refused(bool weInitiate)
    {
        using var otherKeys = NoiseKeyPair.Generate();
        byte[] stolen = NoisePayload.Serialize(NoisePayload.CreateProof(Carol, otherKeys.PublicKey), [Yamux]);

        Assert.Equal(SecurityFailure.BadSignature, await FailureAgainstAsync(weInitiate, _ => stolen));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Signature_by_another_identity_is_refused(bool weInitiate) =>
        Assert.Equal(SecurityFailure.BadSignature, await FailureAgainstAsync(weInitiate, staticKey =>
        {
            var payload = NoisePayload.CreateProof(Carol, staticKey);
            payload.IdentitySig = NoisePayload.CreateProof(Bob, staticKey).IdentitySig;
            return payload.ToByteArray();
        }));

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Lists_without_a_common_muxer_end_the_handshake(bool weInitiate) =>
        Assert.Equal(SecurityFailure.NoCommonMuxer, await FailureAgainstAsync(
            weInitiate, staticKey => NoisePayload.Serialize(NoisePayload.CreateProof(Carol, staticKey), ["/mplex/6.7.0"])));

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Unknown_fields_and_certificate_hashes_are_ignored(bool weInitiate) =>
        Assert.Null(await FailureAgainstAsync(weInitiate, staticKey =>
        {
            var payload = NoisePayload.CreateProof(Carol, staticKey);
            payload.Extensions = new NoiseExtensions { WebtransportCerthashes = { ByteString.CopyFromUtf8("hash") } };
            return [.. payload.ToByteArray(), 0x7a, 0x02, 1, 2];
        }));

    [Fact]
    public void First_of_the_initiators_muxers_that_both_have_is_chosen()
    {
        Assert.Equal("b", NoisePayload.SelectMuxer(["x", "b", "a"], ["a", "b"]));
        Assert.Null(NoisePayload.SelectMuxer([], ["a"]));
        Assert.Null(NoisePayload.SelectMuxer(["a"], []));
    }

    [Fact]
    public void Mutated_payloads_are_refused_or_prove_the_same_identity()
    {
        using var keys = NoiseKeyPair.Generate();
        byte[] payload = NoisePayload.Serialize(NoisePayload.CreateProof(Carol, keys.PublicKey), [Yamux]);
        Mutations.Of(payload).Sample(mutated =>
        {
            try
            {
                return NoisePayload.Verify(mutated, keys.PublicKey, null).Peer.PeerId == Carol.PeerId;
            }
            catch (SecurityException)
            {
                return true;
            }
        }, iter: 2000);
    }

    /// <summary>How our side fails against a remote whose payload is made by <paramref name="makePayload"/> from its Noise key.</summary>
    private static async Task<SecurityFailure?> FailureAgainstAsync(bool weInitiate, Func<byte[], byte[]> makePayload)
    {
        var (a, b) = DuplexEnd.CreatePair();
        var pending = OutcomeAsync(Noise(Alice, Yamux).SecureAsync(a, weInitiate, null, Deadline));
        using var keys = NoiseKeyPair.Generate();
        using var handshake = new NoiseHandshake(!weInitiate, keys, NoiseKeyPair.Generate(), default);
        using var channel = new NoiseHandshakeChannel(b, handshake);
        if (!weInitiate)
            await channel.SendAsync(default, Deadline);
        await channel.ReceiveAsync(Deadline);
        await channel.SendAsync(makePayload(keys.PublicKey.ToArray()), Deadline);
        var outcome = await pending;
        Assert.True(outcome is null or SecurityException, outcome?.ToString());
        return FailureOf(outcome);
    }

    private static async Task SendFrameAsync(Stream stream, byte[] message)
    {
        byte[] frame = new byte[2 + message.Length];
        BinaryPrimitives.WriteUInt16BigEndian(frame, (ushort)message.Length);
        message.CopyTo(frame, 2);
        await stream.WriteAsync(frame, Deadline);
    }
}
