namespace Rcmgr.Libp2p.Identity;

/// <summary>The kind of a peer's public key; the values are those of the libp2p peer-id specification.</summary>
public enum KeyType
{
    /// <summary>RSA with PKCS#1 v1.5 signatures over SHA-256.</summary>
    Rsa = 0,

    /// <summary>Ed25519 (RFC 8032).</summary>
    Ed25519 = 1,

    /// <summary>ECDSA over the curve secp256k1, with SHA-256.</summary>
    Secp256k1 = 2,

    /// <summary>ECDSA over the curve P-256, with SHA-256.</summary>
    Ecdsa = 3,
}
