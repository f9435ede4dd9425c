using System.Security.Cryptography;
using Rcmgr.Libp2p.Security;
using Rcmgr.Libp2p.Security.Noise;

namespace Rcmgr.Libp2p.Tests.Security;

public sealed class NoiseCipherTests
{
    private static readonly byte[] KeyBytes = RandomNumberGenerator.GetBytes(NoiseCipher.KeyBytes);

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public void Platform_and_stand_in_library_understand_each_other(bool senderUsesPlatform, bool receiverUsesPlatform)
    {
        using var sender = new NoiseCipher(KeyBytes, senderUsesPlatform);
        using var receiver = new NoiseCipher(KeyBytes, receiverUsesPlatform);
        byte[] message = new byte[5 + NoiseCipher.TagBytes];
        foreach (byte value in (byte[])[1, 2, 3])
        {
            byte[] plaintext = [value, value, value, value, value];
            sender.Encrypt("data"u8, plaintext, message);
            receiver.Decrypt("data"u8, message, message);
            Assert.Equal(plaintext, message[..5]);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Wrong_associated_data_fails_the_decryption(bool usePlatform)
    {
        using var sender = new NoiseCipher(KeyBytes, usePlatform);
        using var receiver = new NoiseCipher(KeyBytes, usePlatform);
        byte[] message = new byte[5 + NoiseCipher.TagBytes];
        sender.Encrypt("data"u8, new byte[5], message);

        var refused = Assert.Throws<SecurityException>(() => receiver.Decrypt("other"u8, message, message));

        Assert.Equal(SecurityFailure.DecryptionFailed, refused.Failure);
    }

    [Fact]
    public void Last_nonce_is_never_used()
    {
        using var cipher = new NoiseCipher(KeyBytes, usePlatform: true, nonce: ulong.MaxValue - 1);
        byte[] message = new byte[NoiseCipher.TagBytes];
        cipher.Encrypt(default, default, message);

        var refused = Assert.Throws<SecurityException>(() => cipher.Encrypt(default, default, message));

        Assert.Equal(SecurityFailure.NonceExhausted, refused.Failure);
    }
}
