using NSec.Cryptography;

namespace Rcmgr.Libp2p.Identity;

/// <summary>
/// The Ed25519 key pair of a host. Safe for concurrent use; after <see cref="Dispose"/>, which destroys the private key,
/// <see cref="Sign"/> throws <see cref="ObjectDisposedException"/>.
/// </summary>
public sealed class HostIdentity : IDisposable
{
    private readonly Key _key;

    internal HostIdentity(Key key)
    {
        _key = key;
        PublicKey = PublicKey.FromEd25519(key.PublicKey.Export(KeyBlobFormat.RawPublicKey));
        PeerId = PeerId.FromPublicKey(PublicKey);
    }

    /// <summary>The peer id of this host.</summary>
    public PeerId PeerId { get; }

    /// <summary>The public half.</summary>
    public PublicKey PublicKey { get; }

    /// <summary>Creates a new random identity that is kept nowhere.</summary>
    public static HostIdentity Generate() => new(CreateKey(KeyExportPolicies.None));

    /// <summary>
    /// Loads the identity at <paramref name="path"/> (a libp2p private-key protobuf), or creates one there if the file does
    /// not exist. A new file is written whole before it appears under its name, readable by its owner alone. An existing
    /// file is never changed.
    /// </summary>
    /// <exception cref="IdentityFileException">
    /// The file is not an Ed25519 private key, or (on Unix) others than its owner may access it.
    /// </exception>
    /// <exception cref="IOException">The file cannot be read or written.</exception>
    /// <exception cref="UnauthorizedAccessException">The file or its folder may not be accessed.</exception>
    public static HostIdentity LoadOrCreate(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (IdentityFile.TryLoad(path) is { } existing)
        {
            return new HostIdentity(existing);
        }
        // Only an exportable key can be written to a file; nothing but IdentityFile exports it.
        var key = CreateKey(KeyExportPolicies.AllowPlaintextExport);
        if (IdentityFile.TryCreate(path, key))
        {
            return new HostIdentity(key);
        }
        // Someone else created the file meanwhile; theirs is the host's identity now.
        key.Dispose();
        return new HostIdentity(IdentityFile.TryLoad(path) ?? throw new IdentityFileException(path, "it appeared and vanished."));
    }

    /// <summary>Signs <paramref name="data"/>; the signature has 64 bytes.</summary>
    /// <exception cref="ObjectDisposedException">The identity was disposed.</exception>
    public byte[] Sign(ReadOnlySpan<byte> data) => SignatureAlgorithm.Ed25519.Sign(_key, data);

    /// <summary>Destroys the private key. May be called more than once.</summary>
    public void Dispose() => _key.Dispose();

    private static Key CreateKey(KeyExportPolicies policy) =>
        Key.Create(SignatureAlgorithm.Ed25519, new KeyCreationParameters { ExportPolicy = policy });
}
