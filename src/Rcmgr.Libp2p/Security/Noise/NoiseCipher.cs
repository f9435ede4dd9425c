using System.Buffers.Binary;
using System.Security.Cryptography;
using NSec.Cryptography;

namespace Rcmgr.Libp2p.Security.Noise;

/// <summary>
/// ChaCha20-Poly1305 under one key with the running 64-bit nonce of the Noise specification (§5.1). One user at a time.
/// </summary>
internal sealed class NoiseCipher : IDisposable
{
    public const int KeyBytes = 32;
    public const int TagBytes = 16;

    /// <summary>The Noise specification reserves the largest nonce, so it is never used.</summary>
    private const ulong ReservedNonce = ulong.MaxValue;

    private readonly System.Security.Cryptography.ChaCha20Poly1305? _platform;
    private readonly Key? _sodium;
    private ulong _nonce;

    public NoiseCipher(ReadOnlySpan<byte> key)
        : this(key, System.Security.Cryptography.ChaCha20Poly1305.IsSupported)
    {
    }

    /// <summary>
    /// Lets tests use the library that stands in where the platform has no ChaCha20-Poly1305, and start late in the nonces.
    /// </summary>
    internal NoiseCipher(ReadOnlySpan<byte> key, bool usePlatform, ulong nonce = 0)
    {
        _nonce = nonce;
        if (usePlatform)
            _platform = new System.Security.Cryptography.ChaCha20Poly1305(key);
        else
            _sodium = Key.Import(AeadAlgorithm.ChaCha20Poly1305, key, KeyBlobFormat.RawSymmetricKey);
    }

    /// <summary>Encrypts into <paramref name="output"/>, which takes the ciphertext and then the tag.</summary>
    public void Encrypt(ReadOnlySpan<byte> associatedData, ReadOnlySpan<byte> plaintext, Span<byte> output)
    {
        Span<byte> nonce = stackalloc byte[12];
        TakeNonce(nonce);
        output = output[..(plaintext.Length + TagBytes)];
        if (_platform is not null)
            _platform.Encrypt(nonce, plaintext, output[..plaintext.Length], output[plaintext.Length..], associatedData);
        else
            AeadAlgorithm.ChaCha20Poly1305.Encrypt(_sodium!, nonce, associatedData, plaintext, output);
    }

    /// <summary>
    /// Decrypts <paramref name="input"/> (ciphertext, then tag) into <paramref name="output"/>, which may start where the input does.
    /// </summary>
    /// <exception cref="SecurityException">The tag does not match; the channel is lost.</exception>
    public void Decrypt(ReadOnlySpan<byte> associatedData, ReadOnlySpan<byte> input, Span<byte> output)
    {
        Span<byte> nonce = stackalloc byte[12];
        TakeNonce(nonce);
        output = output[..(input.Length - TagBytes)];
        if (!TryDecrypt(nonce, associatedData, input, output))
            throw new SecurityException(SecurityFailure.DecryptionFailed, "A Noise message failed its authentication.");
    }

    public void Dispose()
    {
        _platform?.Dispose();
        _sodium?.Dispose();
    }

    private bool TryDecrypt(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> associatedData, ReadOnlySpan<byte> input, Span<byte> output)
    {
        if (_platform is null)
            return AeadAlgorithm.ChaCha20Poly1305.Decrypt(_sodium!, nonce, associatedData, input, output);
        try
        {
            _platform.Decrypt(nonce, input[..output.Length], input[output.Length..], output, associatedData);
            return true;
        }
        catch (AuthenticationTagMismatchException)
        {
            return false;
        }
    }

    private void TakeNonce(Span<byte> nonce)
    {
        if (_nonce == ReservedNonce)
            throw new SecurityException(SecurityFailure.NonceExhausted, "The Noise cipher has used up its nonces.");
        nonce[..4].Clear();
        BinaryPrimitives.WriteUInt64LittleEndian(nonce[4..], _nonce++);
    }
}
