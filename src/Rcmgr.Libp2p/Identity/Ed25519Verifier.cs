using NSec.Cryptography;

namespace Rcmgr.Libp2p.Identity;

internal sealed class Ed25519Verifier : SignatureVerifier
{
    private const int KeyLength = 32;
    private const int SignatureLength = 64;

    private readonly byte[] _data;
    private readonly NSec.Cryptography.PublicKey _key;

    private Ed25519Verifier(byte[] data, NSec.Cryptography.PublicKey key)
    {
        _data = data;
        _key = key;
    }

    public override ReadOnlySpan<byte> KeyData => _data;

    public static (SignatureVerifier? Verifier, string? Error) Create(ReadOnlySpan<byte> data)
    {
        if (data.Length != KeyLength)
        {
            return (null, "An Ed25519 key must have 32 bytes.");
        }
        return NSec.Cryptography.PublicKey.TryImport(SignatureAlgorithm.Ed25519, data, KeyBlobFormat.RawPublicKey, out var key)
            ? (new Ed25519Verifier(data.ToArray(), key!), null)
            : (null, "The Ed25519 key is not a valid point.");
    }

    public override bool Verify(ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature) =>
        signature.Length == SignatureLength && SignatureAlgorithm.Ed25519.Verify(_key, data, signature);
}
