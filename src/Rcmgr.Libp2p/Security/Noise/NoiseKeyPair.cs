using System.Security.Cryptography;
using NSec.Cryptography;

namespace Rcmgr.Libp2p.Security.Noise;

/// <summary>An X25519 key pair. Immutable; safe to share between handshakes.</summary>
internal sealed class NoiseKeyPair : IDisposable
{
    public const int KeyBytes = 32;

    private readonly Key _key;
    private readonly byte[] _publicKey;

    private NoiseKeyPair(Key key)
    {
        _key = key;
        _publicKey = key.PublicKey.Export(KeyBlobFormat.RawPublicKey);
    }

    public ReadOnlySpan<byte> PublicKey => _publicKey;

    public static NoiseKeyPair Generate() => new(Key.Create(KeyAgreementAlgorithm.X25519));

    public static NoiseKeyPair Import(ReadOnlySpan<byte> privateKey) =>
        new(Key.Import(KeyAgreementAlgorithm.X25519, privateKey, KeyBlobFormat.RawPrivateKey));

    /// <summary>Computes the shared secret with <paramref name="remotePublicKey"/>.</summary>
    /// <exception cref="SecurityException">The remote key is of low order: the secret would be all zeros, known to everyone.</exception>
    public void Agree(ReadOnlySpan<byte> remotePublicKey, Span<byte> secret)
    {
        var remote = NSec.Cryptography.PublicKey.Import(KeyAgreementAlgorithm.X25519, remotePublicKey, KeyBlobFormat.RawPublicKey);
        var exportable = new SharedSecretCreationParameters { ExportPolicy = KeyExportPolicies.AllowPlaintextExport };
        using var shared = KeyAgreementAlgorithm.X25519.Agree(_key, remote, in exportable) ?? throw WeakKey();
        if (!shared.TryExport(SharedSecretBlobFormat.RawSharedSecret, secret, out int written) || written != secret.Length)
            throw WeakKey();
        if (CryptographicOperations.FixedTimeEquals(secret, stackalloc byte[KeyBytes]))
            throw WeakKey();
    }

    public void Dispose() => _key.Dispose();

    private static SecurityException WeakKey() =>
        new(SecurityFailure.WeakKey, "The remote sent an X25519 key of low order.");
}
