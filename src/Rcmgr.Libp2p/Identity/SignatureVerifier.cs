using System.Diagnostics.CodeAnalysis;

namespace Rcmgr.Libp2p.Identity;

/// <summary>Checks signatures of one public key. Immutable and safe for concurrent use.</summary>
internal abstract class SignatureVerifier
{
    /// <summary>The key's one canonical encoding, which identities are derived from.</summary>
    public abstract ReadOnlySpan<byte> KeyData { get; }

    /// <summary>Whether <paramref name="signature"/> signs <paramref name="data"/>; false for malformed signatures.</summary>
    public abstract bool Verify(ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature);

    /// <summary>Reads a key of any supported type; hostile bytes yield false and a reason.</summary>
    public static bool TryCreate(
        KeyType type,
        ReadOnlySpan<byte> keyData,
        [NotNullWhen(true)] out SignatureVerifier? verifier,
        [NotNullWhen(false)] out string? error)
    {
        (verifier, error) = type switch
        {
            KeyType.Ed25519 => Ed25519Verifier.Create(keyData),
            KeyType.Secp256k1 => Secp256k1Verifier.Create(keyData),
            KeyType.Ecdsa => EcdsaVerifier.Create(keyData),
            KeyType.Rsa => RsaVerifier.Create(keyData),
            _ => ((SignatureVerifier?)null, "The key type is unknown."),
        };
        return verifier is not null;
    }
}
