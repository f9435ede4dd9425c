using System.Security.Cryptography;

namespace Rcmgr.Libp2p.Security.Noise;

/// <summary>The running hash, chaining key and handshake cipher of the Noise specification (§5.2) for SHA-256.</summary>
internal sealed class NoiseSymmetricState : IDisposable
{
    public const int HashBytes = 32;

    private readonly byte[] _hash = new byte[HashBytes];
    private readonly byte[] _chainingKey = new byte[HashBytes];
    private NoiseCipher? _cipher;

    public NoiseSymmetricState(ReadOnlySpan<byte> protocolName, ReadOnlySpan<byte> prologue)
    {
        if (protocolName.Length <= HashBytes)
            protocolName.CopyTo(_hash);
        else
            SHA256.HashData(protocolName, _hash);
        _hash.CopyTo(_chainingKey, 0);
        MixHash(prologue);
    }

    /// <summary>The hash over everything both sides have seen; equal on both sides at the end.</summary>
    public ReadOnlySpan<byte> Hash => _hash;

    /// <summary>How many bytes encryption adds at this point: none before the first key agreement.</summary>
    public int Overhead => _cipher is null ? 0 : NoiseCipher.TagBytes;

    public void MixHash(ReadOnlySpan<byte> data)
    {
        using var hasher = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hasher.AppendData(_hash);
        hasher.AppendData(data);
        hasher.GetHashAndReset(_hash);
    }

    public void MixKey(ReadOnlySpan<byte> secret)
    {
        Span<byte> keys = stackalloc byte[HashBytes + NoiseCipher.KeyBytes];
        DeriveKeys(secret, keys);
        keys[..HashBytes].CopyTo(_chainingKey);
        _cipher?.Dispose();
        _cipher = new NoiseCipher(keys[HashBytes..]);
        CryptographicOperations.ZeroMemory(keys);
    }

    /// <summary>Encrypts once a key is agreed on, copies before. Returns the count of bytes written.</summary>
    public int EncryptAndHash(ReadOnlySpan<byte> plaintext, Span<byte> output)
    {
        int length = plaintext.Length + Overhead;
        if (_cipher is null)
            plaintext.CopyTo(output);
        else
            _cipher.Encrypt(_hash, plaintext, output);
        MixHash(output[..length]);
        return length;
    }

    /// <summary>Decrypts once a key is agreed on, copies before. Returns the count of bytes written.</summary>
    /// <exception cref="SecurityException">The message is too short or failed its authentication.</exception>
    public int DecryptAndHash(ReadOnlySpan<byte> input, Span<byte> output)
    {
        int length = input.Length - Overhead;
        if (length < 0)
            throw new SecurityException(SecurityFailure.Malformed, "A Noise handshake message is too short.");
        Span<byte> previous = stackalloc byte[HashBytes];
        _hash.CopyTo(previous);
        MixHash(input);
        if (_cipher is null)
            input.CopyTo(output);
        else
            _cipher.Decrypt(previous, input, output);
        return length;
    }

    /// <summary>Derives the two transport ciphers: first the initiator's, then the responder's sending key.</summary>
    public (NoiseCipher FromInitiator, NoiseCipher FromResponder) Split()
    {
        Span<byte> keys = stackalloc byte[2 * NoiseCipher.KeyBytes];
        DeriveKeys(default, keys);
        var ciphers = (new NoiseCipher(keys[..NoiseCipher.KeyBytes]), new NoiseCipher(keys[NoiseCipher.KeyBytes..]));
        CryptographicOperations.ZeroMemory(keys);
        return ciphers;
    }

    public void Dispose()
    {
        _cipher?.Dispose();
        CryptographicOperations.ZeroMemory(_chainingKey);
    }

    /// <summary>
    /// The specification's HKDF. Its first step is spelled out because the platform's refuses the empty secret of a split.
    /// </summary>
    private void DeriveKeys(ReadOnlySpan<byte> secret, Span<byte> keys)
    {
        Span<byte> temporary = stackalloc byte[HashBytes];
        HMACSHA256.HashData(_chainingKey, secret, temporary);
        HKDF.Expand(HashAlgorithmName.SHA256, temporary, keys, default);
        CryptographicOperations.ZeroMemory(temporary);
    }
}
