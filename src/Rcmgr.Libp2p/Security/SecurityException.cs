namespace Rcmgr.Libp2p.Security;

/// <summary>Why a secure channel was refused or broken off.</summary>
internal enum SecurityFailure
{
    /// <summary>Bytes that no honest peer sends: bad lengths, bad encodings.</summary>
    Malformed,

    /// <summary>A handshake message or a certificate above its size limit.</summary>
    TooLarge,

    /// <summary>The remote closed the connection inside a message.</summary>
    Truncated,

    /// <summary>An authenticated decryption failed: tampering, a replay or a wrong key.</summary>
    DecryptionFailed,

    /// <summary>A Diffie-Hellman key that forces a known shared secret.</summary>
    WeakKey,

    /// <summary>A public key of a type or size that is not accepted.</summary>
    UnsupportedKey,

    /// <summary>A signature that does not match its key.</summary>
    BadSignature,

    /// <summary>The remote proved an identity other than the expected one.</summary>
    PeerMismatch,

    /// <summary>Both sides sent their muxers and share none.</summary>
    NoCommonMuxer,

    /// <summary>A certificate is missing, is not alone, or lacks what libp2p demands of it.</summary>
    BadCertificate,

    /// <summary>A certificate outside of its validity period.</summary>
    CertificateNotValidNow,

    /// <summary>The TLS library gave up the handshake: wrong version, no shared application protocol, an alert.</summary>
    TlsFailed,

    /// <summary>The cipher has used up its nonces; the connection must be replaced.</summary>
    NonceExhausted,
}

/// <summary>
/// A secure channel could not be set up or had to be broken off. An <see cref="IOException"/>, because it also ends reads.
/// </summary>
internal sealed class SecurityException : IOException
{
    public SecurityException(SecurityFailure failure, string message, Exception? innerException = null)
        : base(message, innerException) => Failure = failure;

    /// <summary>What went wrong, for counters and decisions.</summary>
    public SecurityFailure Failure { get; }
}
